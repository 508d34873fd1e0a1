package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// An optimizer in a file: the parameters' values, all states and counts, to the bit, and what identifies the groups.
///
/// ```java
/// Checkpoint.save(file, optimizer);
/// Checkpoint.load(file, optimizer); // one of the same groups; goes on as the other would have
/// ```
///
/// The file is in the safetensors format; `docs/checkpoints.md` says what is in it. An open checkpoint maps the file
/// and
/// must be closed.
public final class Checkpoint implements AutoCloseable {
    private final Path path;
    private final Safetensors file;
    private final Contents contents;

    private Checkpoint(Path path, Safetensors file) {
        this.path = path;
        this.file = file;
        this.contents = named(path, () -> Contents.read(file));
    }

    /// Saves an optimizer with the values of its parameters. No step happens meanwhile. Between an event that moves
    /// parameters, such as SAM's `perturb`, and its step, what is saved is just that: the optimizer that loads it
    /// goes on in the middle, exactly. [OptimizerState#pendingEvents] of [#state()] and [LoadReport#pendingEvents]
    /// say so.
    ///
    /// Whenever the machine stops, either the old or the new file is there, whole.
    ///
    /// @throws CheckpointException if the file cannot be written; what was there is still there then
    public static void save(Path path, Optimizer optimizer) {
        save(path, optimizer, Map.of());
    }

    /// Saves an optimizer, with texts of the caller's own.
    ///
    /// @param notes texts by name, found again in [#notes()]
    /// @throws CheckpointException as [#save(Path, Optimizer)] does
    public static void save(Path path, Optimizer optimizer, Map<String, String> notes) {
        optimizer.save(state -> {
            Contents.of(state, optimizer.groups(), notes).write(path);
            return path;
        });
    }

    /// Saves an optimizer without the values of its parameters, for those who keep them elsewhere.
    ///
    /// @throws CheckpointException as [#save(Path, Optimizer)] does
    public static void saveStates(Path path, Optimizer optimizer, Map<String, String> notes) {
        optimizer.save(state -> {
            Contents.of(state.withoutValues(), optimizer.groups(), notes).write(path);
            return path;
        });
    }

    /// Loads an optimizer that has the same groups, parameters and formats of states as the one that was saved.
    ///
    /// @throws CheckpointException listing all that is damaged or does not fit; nothing has changed then
    public static LoadReport load(Path path, Optimizer optimizer) {
        return load(path, optimizer, Loading.STRICT);
    }

    /// Loads an optimizer as the options say.
    ///
    /// @throws CheckpointException listing all that is damaged or does not fit; nothing has changed then
    public static LoadReport load(Path path, Optimizer optimizer, Loading options) {
        try (Checkpoint checkpoint = open(path)) {
            return checkpoint.load(optimizer, options);
        }
    }

    /// Opens a file to look at it; only its header is read.
    ///
    /// @throws CheckpointException if it is not a checkpoint
    public static Checkpoint open(Path path) {
        Safetensors file = Safetensors.open(path);
        try {
            return new Checkpoint(path, file);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /// The checkpoint that was saved last in a folder, of those that [CheckpointFolder] wrote.
    ///
    /// @throws CheckpointException if the folder cannot be listed
    public static Optional<Path> latest(Path folder) {
        return new CheckpointFolder(folder).latest();
    }

    /// Loads an optimizer as the options say.
    ///
    /// @throws CheckpointException listing all that is damaged or does not fit; nothing has changed then
    public LoadReport load(Optimizer optimizer, Loading options) {
        verify();
        return named(path, () -> new Loader(contents, options).load(optimizer));
    }

    /// Compares everything with its checksum.
    ///
    /// @throws CheckpointException listing all that differs
    public void verify() {
        named(path, () -> {
            Contents.verify(file);
            return true;
        });
    }

    /// The number of completed updates.
    public long completed() {
        return contents.state().completed();
    }

    /// The number of completed updates of each parameter.
    public Map<String, Long> completedByParameter() {
        return contents.state().parameters().stream()
                .collect(Collectors.toMap(ParameterState::name, ParameterState::completed));
    }

    public List<GroupDescription> groups() {
        return contents.groups();
    }

    /// The texts that were given when it was saved.
    public Map<String, String> notes() {
        return contents.notes();
    }

    /// What is in it, as an optimizer has it.
    public OptimizerState state() {
        return contents.state();
    }

    @Override
    public void close() {
        file.close();
    }

    private static <T> T named(Path path, Supplier<T> action) {
        try {
            return action.get();
        } catch (CheckpointException e) {
            throw e.of(path);
        }
    }
}
