package dev.gradus.bench.micro;

import dev.gradus.KernelStatistics;
import dev.gradus.Optimizer;

/// Steps until kernels have taken over: how long that takes depends on the rule and on what else the machine does,
/// and a fixed warm-up would now and then measure the interpreter.
final class Warmth {
    private static final long AT_LEAST = 1_000_000_000L;
    private static final long AT_MOST = 60_000_000_000L;

    private Warmth() {}

    /// Makes steps until all kernels of this JVM are fast, and have been for one second: some take over more than once.
    ///
    /// @throws IllegalStateException if they do not become fast
    static void await(Optimizer optimizer) {
        long began = System.nanoTime();
        long changed = began;
        long now = began;
        KernelStatistics last = KernelStatistics.now();
        while (now - changed < AT_LEAST || areWarming()) {
            if (now - began > AT_MOST) {
                throw new IllegalStateException("kernels do not become fast: " + KernelStatistics.now());
            }
            optimizer.step();
            now = System.nanoTime();
            KernelStatistics current = KernelStatistics.now();
            if (!current.equals(last)) {
                last = current;
                changed = now;
            }
        }
    }

    private static boolean areWarming() {
        KernelStatistics now = KernelStatistics.now();
        return now.ready() < now.compiled() + now.fallBacks();
    }
}
