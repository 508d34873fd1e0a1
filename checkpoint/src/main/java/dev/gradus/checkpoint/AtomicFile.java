package dev.gradus.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Writes files of which, whenever the machine stops, either the old or the new content is there, whole.
final class AtomicFile {
    private static final String SUFFIX = ".tmp";

    /// How much of the target's name is in that of the temporary file, which is longer and may be too long.
    private static final int LONGEST_START = 100;

    /// `.name.process-uuid.tmp`
    private static final Pattern TEMPORARY = Pattern.compile("\\..*\\.([0-9]{1,18})-[0-9a-f-]{36}\\.tmp");

    /// The names of the temporary files that this process is writing.
    private static final Set<String> OPEN = ConcurrentHashMap.newKeySet();

    private AtomicFile() {}

    /// Writes the content of a file.
    interface Content {
        void writeTo(FileChannel channel) throws IOException;
    }

    /// Writes a temporary file beside the target, waits until it is on the disk, lets it take the target's place,
    /// and waits until that is on the disk.
    ///
    /// @throws CheckpointException if that fails; the target is as it was then, and the temporary file is gone
    static void write(Path target, Content content) {
        if (Files.isSymbolicLink(target)) {
            throw new CheckpointException(
                    target + " is a symbolic link, which writing would replace: name the file that it points to");
        }
        if (Files.isDirectory(target)) {
            throw new CheckpointException(target + " is a directory");
        }
        Path folder = folder(target);
        if (!Files.isDirectory(folder)) {
            throw new CheckpointException(target + " cannot be written: "
                    + (Files.exists(folder) ? folder + " is not a folder" : "there is no folder " + folder));
        }
        String name = "." + start(target) + "." + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + SUFFIX;
        Path temporary = folder.resolve(name);
        OPEN.add(name);
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                content.writeTo(channel);
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            force(folder);
        } catch (IOException e) {
            throw new CheckpointException(target + " cannot be written: " + reason(e, temporary, folder), e);
        } finally {
            deleteQuietly(temporary);
            OPEN.remove(name);
        }
    }

    /// Deletes what processes left behind that were killed while they wrote to a folder.
    static void deleteAbandoned(Path folder) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, ".*" + SUFFIX)) {
            for (Path file : files) {
                if (isAbandoned(String.valueOf(file.getFileName()))) {
                    deleteQuietly(file);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(folder + " cannot be listed: " + reason(e), e);
        }
    }

    /// Whether a file's name tells of a process that is no more.
    ///
    /// In a container a program may have the same number each time it starts, so a file with this process's number
    /// that this process is not writing was left by the one before.
    private static boolean isAbandoned(String name) {
        Matcher matcher = TEMPORARY.matcher(name);
        if (!matcher.matches()) {
            return false;
        }
        long pid = Long.parseLong(matcher.group(1));
        return pid == ProcessHandle.current().pid()
                ? !OPEN.contains(name)
                : ProcessHandle.of(pid).isEmpty();
    }

    static Path folder(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new CheckpointException(file + " is not a file");
        }
        return folder;
    }

    /// Windows cannot open directories, and keeps their entries without being asked.
    private static void force(Path folder) throws IOException {
        FileChannel directory;
        try {
            directory = FileChannel.open(folder, StandardOpenOption.READ);
        } catch (AccessDeniedException windows) {
            return;
        }
        try (directory) {
            directory.force(true);
        }
    }

    private static String start(Path target) {
        String name = String.valueOf(target.getFileName());
        return name.length() <= LONGEST_START ? name : name.substring(0, name.offsetByCodePoints(0, LONGEST_START / 2));
    }

    /// Names the folder where the temporary file cannot be made or written, of which the caller has never heard.
    private static String reason(IOException e, Path temporary, Path folder) {
        if (e instanceof FileSystemException failed && temporary.toString().equals(failed.getFile())) {
            String reason = failed instanceof AccessDeniedException ? "access is denied" : failed.getReason();
            return "a file in " + folder + " cannot be made"
                    + (reason == null ? Files.isDirectory(folder) ? "" : ": there is no such folder" : ": " + reason);
        }
        return reason(e);
    }

    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
            case NotDirectoryException file -> file.getFile() + " is not a folder";
            case FileAlreadyExistsException file -> file.getFile() + " is there already and is not a folder";
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void deleteQuietly(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException stays) {
            // It is hidden, and nothing reads it.
            return;
        }
    }
}
