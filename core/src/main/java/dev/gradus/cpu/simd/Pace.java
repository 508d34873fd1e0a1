package dev.gradus.cpu.simd;

/// How fast a pass runs in the interpreter and as a kernel, and what follows from that.
///
/// Steps report their times from several threads, without locks: a time that is lost changes nothing but the moment
/// of a decision.
final class Pace {
    /// A kernel is fast when its calls take less than this part of the interpreter's time.
    private static final double FAST = 0.75;

    /// The interpreter's time where it has not been measured, in nanoseconds per element.
    private static final double ASSUMED = 2;

    private static final int MAX_SLOW_RUNS = 50;

    private volatile double interpreted = Double.MAX_VALUE;
    private int slowRuns;

    /// Reports a run of the interpreter.
    void interpretedIn(double nanosPerElement) {
        if (nanosPerElement < interpreted) {
            interpreted = nanosPerElement;
        }
    }

    /// Whether a time is one of a fast kernel.
    boolean isFast(double nanosPerElement) {
        double best = interpreted;
        return nanosPerElement < FAST * (best == Double.MAX_VALUE ? ASSUMED : best);
    }

    /// Reports a run of the kernel, and says whether it has been slower than the interpreter too often. It may be
    /// twice as slow after each time that it fell back: a machine that has become busy slows the interpreter, too.
    boolean isTooSlow(double nanosPerElement, int fallBacks) {
        slowRuns = Math.max(0, slowRuns + (nanosPerElement > interpreted * (1 << fallBacks) ? 1 : -1));
        return slowRuns > MAX_SLOW_RUNS;
    }

    /// Forgets the slow runs of the kernel.
    void restart() {
        slowRuns = 0;
    }
}
