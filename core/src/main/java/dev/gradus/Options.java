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
/// @param eagerKernels whether SIMD kernels are compiled when they are first needed and used at once, instead of being
///     prepared in the background while steps are interpreted (the default, false): the first steps are slower then
public record Options(int threads, @Nullable Executor executor, boolean eagerKernels) {
    private static final int MOST_THREADS = 8;

    /// Overrides the default of `eagerKernels`.
    private static final String EAGER = "gradus.eagerKernels";

    /// Overrides the default of `threads`.
    private static final String THREADS = "gradus.threads";

    /// @throws IllegalArgumentException if there is no thread
    public Options {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, got " + threads);
        }
    }

    /// The defaults, of which the system properties `gradus.threads` and `gradus.eagerKernels` change the first
    /// and the last.
    public Options() {
        this(
                Integer.getInteger(
                        THREADS, Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors())),
                null,
                Boolean.getBoolean(EAGER));
    }

    /// These options with another number of threads.
    public Options withThreads(int number) {
        return new Options(number, executor, eagerKernels);
    }

    /// These options with threads of an executor beside the caller's.
    public Options withExecutor(Executor other) {
        return new Options(threads, other, eagerKernels);
    }

    /// These options with kernels that are compiled when they are first needed, or in the background.
    public Options withEagerKernels(boolean eager) {
        return new Options(threads, executor, eager);
    }
}
