package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// A folder of the checkpoints of one training: `step-000000001000.safetensors` has 1,000 completed updates.
///
/// One process at a time may write to it.
///
/// @param path the folder; it is made when the first checkpoint is saved
/// @param keep how many of the last checkpoints stay when one is saved
public record CheckpointFolder(Path path, int keep) {
    private static final Pattern NAME = Pattern.compile("step-[0-9]{12,19}\\.safetensors");

    /// @throws IllegalArgumentException if none is kept
    public CheckpointFolder {
        if (keep < 1) {
            throw new IllegalArgumentException("at least 1 checkpoint must be kept, got " + keep);
        }
    }

    /// A folder in which all checkpoints stay.
    public CheckpointFolder(Path path) {
        this(path, Integer.MAX_VALUE);
    }

    /// Saves an optimizer, then deletes the checkpoints that are no longer kept, and what killed processes left behind.
    ///
    /// @param notes texts of the caller's own
    /// @return the file
    /// @throws CheckpointException if the file cannot be written; all that was there is still there then
    public Path save(Optimizer optimizer, Map<String, String> notes) {
        return optimizer.save(state -> write(Contents.of(state, optimizer.groups(), notes)));
    }

    Path write(Contents contents) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new CheckpointException(path + " cannot be made: " + AtomicFile.reason(e), e);
        }
        AtomicFile.deleteAbandoned(path);
        Path file = path.resolve(
                String.format("step-%012d.safetensors", contents.state().completed()));
        contents.write(file);
        for (Path old : all().stream().skip(keep).toList()) {
            try {
                Files.deleteIfExists(old);
            } catch (IOException e) {
                throw new CheckpointException(
                        old + " is no longer kept, but cannot be deleted: " + AtomicFile.reason(e), e);
            }
        }
        return file;
    }

    /// The checkpoint with the most completed updates.
    ///
    /// @throws CheckpointException if the folder cannot be listed
    public Optional<Path> latest() {
        return all().stream().findFirst();
    }

    /// All checkpoints, the latest first.
    ///
    /// @throws CheckpointException if the folder cannot be listed
    public List<Path> all() {
        if (Files.notExists(path)) {
            return List.of();
        }
        List<Path> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (NAME.matcher(String.valueOf(entry.getFileName())).matches()) {
                    files.add(entry);
                }
            }
        } catch (IOException e) {
            throw new CheckpointException(path + " cannot be listed: " + AtomicFile.reason(e), e);
        }
        files.sort(Collections.reverseOrder());
        return files;
    }
}
