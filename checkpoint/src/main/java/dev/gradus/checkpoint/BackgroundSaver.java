package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Saves optimizers while they go on: the caller waits only until everything has been copied in memory, a thread of
/// its own does the rest.
///
/// There is one copy at a time, of the size of the checkpoint; whoever saves before the last one is on the disk waits
/// for it.
public final class BackgroundSaver implements AutoCloseable {
    private final CheckpointFolder folder;
    private final ExecutorService writer = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("gradus-checkpoint").factory());
    private CompletableFuture<Path> last;

    public BackgroundSaver(CheckpointFolder folder) {
        this.folder = folder;
        this.last = CompletableFuture.completedFuture(folder.path());
    }

    /// Copies an optimizer, and begins to write it.
    ///
    /// @param notes texts of the caller's own
    /// @return the file, once it is on the disk
    /// @throws CheckpointException if the save before could not be written
    @SuppressWarnings("MustBeClosedChecker") // the writer closes the copy's memory
    public synchronized CompletableFuture<Path> save(Optimizer optimizer, Map<String, String> notes) {
        await();
        Arena arena = Arena.ofShared();
        Contents copy;
        try {
            copy = optimizer.save(
                    state -> Contents.of(state, optimizer.groups(), notes).copy(arena));
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
        last = CompletableFuture.supplyAsync(
                () -> {
                    try (arena) {
                        return folder.write(copy);
                    }
                },
                writer);
        return last;
    }

    private void await() {
        CompletableFuture<Path> waitedFor = last;
        last = CompletableFuture.completedFuture(folder.path());
        try {
            waitedFor.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof CheckpointException failed ? failed : e;
        }
    }

    /// Waits until the last save is on the disk.
    ///
    /// @throws CheckpointException if it could not be written
    @Override
    public synchronized void close() {
        try {
            await();
        } finally {
            writer.close();
        }
    }
}
