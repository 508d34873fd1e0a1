package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A folder of the checkpoints of one training: `step-000000001000.safetensors` has 1,000 completed updates.
///
/// The last checkpoint is the one that was saved last, also where another has more updates. A training that is behind
/// the last checkpoint, because it was rolled back or begins anew in a used folder, is the folder's next run:
/// `step-000000000500.run-2.safetensors` comes after all of the run before. The log says so when it begins.
///
/// One process at a time may write to it.
///
/// @param path the folder; it is made when the first checkpoint is saved
/// @param keep how many of the last checkpoints stay when one is saved, of whichever run
public record CheckpointFolder(Path path, int keep) {
    private static final System.Logger LOG = System.getLogger("dev.gradus");
    private static final Pattern NAME =
            Pattern.compile("step-([0-9]{12,19})(?:\\.run-([1-9][0-9]{0,8}))?\\.safetensors");

    /// A checkpoint by its file's name.
    private record Saved(Path file, int run, long completed) {
        static final Comparator<Saved> LAST_FIRST = Comparator.comparingInt(Saved::run)
                .thenComparingLong(Saved::completed)
                .thenComparing(Saved::file)
                .reversed();

        static Optional<Saved> of(Path file) {
            Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
            if (!name.matches()) {
                return Optional.empty();
            }
            String run = name.group(2);
            try {
                return Optional.of(
                        new Saved(file, run == null ? 1 : Integer.parseInt(run), Long.parseLong(name.group(1))));
            } catch (NumberFormatException moreThanAnyTraining) {
                return Optional.empty();
            }
        }
    }

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
    /// @return the file, which is the last checkpoint from now on; its name says the run where it is not the first
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
        Path file = next(contents.state().completed());
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

    /// The name that comes last.
    private Path next(long completed) {
        Saved last = saved().stream().findFirst().orElse(null);
        int run = 1;
        if (last != null) {
            run = last.run;
            if (completed < last.completed) {
                run++;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "the folder of checkpoints {0} has {1} already: the training that saves {2} updates now is run"
                                + " {3} of the folder",
                        path,
                        last.file.getFileName(),
                        Long.toString(completed),
                        Integer.toString(run));
            } else if (completed == last.completed) {
                return last.file;
            }
        }
        return path.resolve(String.format("step-%012d%s.safetensors", completed, run == 1 ? "" : ".run-" + run));
    }

    /// The checkpoint that was saved last.
    ///
    /// @throws CheckpointException if the folder cannot be listed
    public Optional<Path> latest() {
        return all().stream().findFirst();
    }

    /// All checkpoints, the latest first.
    ///
    /// @throws CheckpointException if the folder cannot be listed
    public List<Path> all() {
        return saved().stream().map(Saved::file).toList();
    }

    private List<Saved> saved() {
        if (Files.notExists(path)) {
            return List.of();
        }
        List<Saved> files = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                Saved.of(entry).ifPresent(files::add);
            }
        } catch (IOException e) {
            throw new CheckpointException(path + " cannot be listed: " + AtomicFile.reason(e), e);
        }
        files.sort(Saved.LAST_FIRST);
        return files;
    }
}
