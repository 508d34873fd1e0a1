package dev.gradus.cpu.simd;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Kernels by what they depend on. A kernel is compiled when a pass is first met, and run on memory of its own in the
/// background until the JIT has made it fast; meanwhile the interpreter does its work, and nobody can tell from the
/// results.
public final class KernelCache implements AutoCloseable {
    private final Map<KernelKey, KernelEntry> entries = new ConcurrentHashMap<>();
    private final KernelCompiler compiler;
    private final KernelCounters counters = new KernelCounters();

    /// A daemon thread, which ends when it has been idle for a second.
    private final ThreadPoolExecutor background = new ThreadPoolExecutor(
            1,
            1,
            1,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
                Thread thread = new Thread(work, "gradus-kernels");
                thread.setDaemon(true);
                return thread;
            },
            new ThreadPoolExecutor.DiscardPolicy());

    /// @param dumpFolder takes the class files of all kernels, or null
    public KernelCache(@Nullable Path dumpFolder) {
        compiler = new KernelCompiler(dumpFolder == null ? null : new KernelDump(dumpFolder));
        background.allowCoreThreadTimeOut(true);
    }

    /// The number of kernels compiled.
    public long compiled() {
        return compiler.compiled();
    }

    /// How often a kernel took over from the interpreter.
    public long activations() {
        return counters.activations();
    }

    /// How often a kernel left the work to the interpreter again.
    public long fallBacks() {
        return counters.fallBacks();
    }

    /// Waits until the background has done everything that it was given before.
    public void awaitBackground() throws InterruptedException, ExecutionException {
        Object ignored = background.submit(() -> {}).get();
    }

    /// The entry for a key.
    ///
    /// @param eager whether to compile the kernel now and use it at once, rather than when it is fast
    public KernelEntry entry(KernelKey key, boolean eager) {
        KernelEntry entry = entries.computeIfAbsent(key, fresh -> {
            KernelEntry made = new KernelEntry(fresh, compiler, background, counters);
            if (!eager) {
                made.prepareInBackground();
            }
            return made;
        });
        if (eager) {
            entry.activateNow();
        }
        return entry;
    }

    /// Ends the background: kernels that are not active by now stay so.
    @Override
    public void close() {
        background.shutdownNow().clear();
    }
}
