package dev.gradus.bench.contest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/// The threads of a loop written by hand: the caller and its helpers.
final class Team implements AutoCloseable {
    private final int size;
    private final ExecutorService helpers;

    /// @param size the number of threads, the caller included
    Team(int size) {
        this.size = size;
        helpers = Executors.newFixedThreadPool(Math.max(1, size - 1), work -> {
            Thread thread = new Thread(work, "hand-written-loop");
            thread.setDaemon(true);
            return thread;
        });
    }

    int size() {
        return size;
    }

    /// Lets every worker do its share, and waits for all.
    ///
    /// @param share is given the worker's number, from 0
    void run(IntConsumer share) {
        List<Future<?>> others = new ArrayList<>();
        for (int worker = 1; worker < size; worker++) {
            int number = worker;
            others.add(helpers.submit(() -> share.accept(number)));
        }
        share.accept(0);
        for (Future<?> other : others) {
            try {
                other.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while other threads work", e);
            } catch (ExecutionException e) {
                throw new IllegalStateException("a thread of a loop failed: " + e.getCause(), e);
            }
        }
    }

    @Override
    public void close() {
        helpers.shutdown();
    }
}
