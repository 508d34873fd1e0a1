package dev.gradus.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
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
        String name =
                "." + target.getFileName() + "." + ProcessHandle.current().pid() + "-" + UUID.randomUUID() + SUFFIX;
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
            throw new CheckpointException(target + " cannot be written: " + reason(e), e);
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

    static String reason(IOException e) {
        return switch (e) {
            case NoSuchFileException missing -> "there is no " + missing.getFile();
            case AccessDeniedException denied -> "access to " + denied.getFile() + " is denied";
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
