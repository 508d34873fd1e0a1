package dev.gradus;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// How an optimizer runs its steps. No option affects a result, not even in the last bit.
///
/// @param threads how many threads run a step, the caller's among them, at least 1; the default is the number of
///     processors that the JVM may use, as a container limits it, and at most 8: a few threads saturate the memory.
///     Steps of fewer than 300,000 elements run on the caller's thread alone, because waking others takes longer.
/// @param executor runs the threads beside the caller's, or null (the default) for daemon threads of the optimizer's
///     own, which end when it is closed; what an executor does not run, the caller does
/// @param kernels when SIMD kernels do the work; in the background by default. They need a JVM that was started with
///     `--add-modules jdk.incubator.vector`
public record Options(int threads, @Nullable Executor executor, Kernels kernels) {
    private static final int MOST_THREADS = 8;

    /// When SIMD kernels do the work.
    public enum Kernels {
        /// Steps are interpreted: two to five times slower, on any JVM.
        NEVER,
        /// Steps are interpreted until their kernels, which a background thread compiles and warms up, are
        /// fast: after half a second or so.
        BACKGROUND,
        /// Kernels are compiled when they are first needed and used at once: the first steps are slow, and
        /// nothing happens beside them.
        EAGER
    }

    /// @throws IllegalArgumentException if there is no thread
    public Options {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
    }

    /// The defaults, of which the system properties `gradus.threads` and `gradus.kernels` change the first
    /// and the last.
    public Options() {
        this(
                SystemOptions.threads(
                        Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors())),
                null,
                SystemOptions.kernels(Kernels.class, Kernels.BACKGROUND));
    }

    /// These options with another number of threads.
    public Options withThreads(int number) {
        return new Options(number, executor, kernels);
    }

    /// These options with threads of an executor beside the caller's.
    public Options withExecutor(Executor other) {
        return new Options(threads, other, kernels);
    }

    /// These options with SIMD kernels at another time, or never.
    public Options withKernels(Kernels when) {
        return new Options(threads, executor, when);
    }
}
