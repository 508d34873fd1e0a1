package dev.gradus;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Serves one call at a time, until it is closed.
final class ExclusiveAccess {
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean closed;

    /// @throws IllegalStateException if another call is in progress, or it is closed
    void run(Runnable call) {
        enter();
        try {
            call.run();
        } finally {
            busy.set(false);
        }
    }

    /// @throws IllegalStateException if another call is in progress, or it is closed
    <T extends @Nullable Object> T get(Supplier<T> call) {
        enter();
        try {
            return call.get();
        } finally {
            busy.set(false);
        }
    }

    /// Makes a last call; does nothing if it is closed.
    ///
    /// @throws IllegalStateException if another call is in progress
    void close(Runnable last) {
        if (!closed) {
            run(() -> {
                closed = true;
                last.run();
            });
        }
    }

    private void enter() {
        if (!busy.compareAndSet(false, true)) {
            throw new IllegalStateException("an optimizer serves one caller at a time: another call is in progress");
        }
        if (closed) {
            busy.set(false);
            requireOpen();
        }
    }

    /// @throws IllegalStateException if it is closed
    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the optimizer is closed");
        }
    }
}
