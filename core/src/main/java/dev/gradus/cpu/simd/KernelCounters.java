package dev.gradus.cpu.simd;

import java.util.concurrent.atomic.AtomicLong;

/// How often kernels took over from the interpreter, and how often they left the work to it again.
final class KernelCounters {
    private final AtomicLong activations = new AtomicLong();
    private final AtomicLong fallBacks = new AtomicLong();

    void countActivation() {
        long ignored = activations.incrementAndGet();
    }

    void countFallBack() {
        long ignored = fallBacks.incrementAndGet();
    }

    long activations() {
        return activations.get();
    }

    long fallBacks() {
        return fallBacks.get();
    }
}
