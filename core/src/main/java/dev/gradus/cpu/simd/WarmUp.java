package dev.gradus.cpu.simd;

import dev.gradus.numeric.EightBit;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Runs a kernel on memory of its own until the JIT has made it fast, or until its time is up.
final class WarmUp {
    /// The number of elements that a kernel is warmed up on: some blocks side by side, and one more.
    private static final int ELEMENTS = 5 * Reduction.BLOCK;

    /// The number of fast calls in succession after which a kernel is ready.
    private static final int FAST_CALLS = 8;

    private static final int MAX_CALLS = 40_000;

    private WarmUp() {}

    /// Warms a kernel up, and says whether it is ready: fast, or compiled for memory of a kind that cannot be made
    /// here.
    ///
    /// @param maxNanos after which it is given up: a kernel that the JIT leaves in its own interpreter takes
    ///     milliseconds a call
    static boolean run(Kernel kernel, KernelKey key, Pace pace, long maxNanos) {
        // States lie in shared arenas: a confined one here would let the JIT expect the wrong kind.
        try (Arena arena = Arena.ofShared()) {
            List<MemorySegment> dummies = new ArrayList<>();
            for (Class<?> kind : key.segments()) {
                dummy(kind, arena).ifPresent(dummies::add);
            }
            boolean canWarm = dummies.size() == key.segments().size();
            return !canWarm || run(kernel, key, dummies.toArray(MemorySegment[]::new), pace, maxNanos);
        }
    }

    private static boolean run(Kernel kernel, KernelKey key, MemorySegment[] dummies, Pace pace, long maxNanos) {
        int elements = key.exchanged() == key.rows().size() ? ELEMENTS : Reduction.BLOCK;
        Object[] blocks = new Object[key.exchanged()];
        Arrays.setAll(
                blocks,
                i -> key.type() == ElementType.FLOAT64 || key.rows().contains(i)
                        ? new double[ELEMENTS]
                        : new float[ELEMENTS]);
        double[] registers = new double[key.registers()];
        Arrays.fill(registers, 0.5);
        long[] keys = new long[dummies.length];
        double[] lanes = new double[Reduction.LANES * key.reductions().size() * ELEMENTS / EightBit.BLOCK];
        MemorySegment[] scratch = new MemorySegment[key.scratch().size()];
        for (int i = 0; i < dummies.length; i++) {
            if (key.scratch().get(i) >= 0) {
                scratch[key.scratch().get(i)] = dummies[i];
            }
        }
        int fast = 0;
        long begin = System.nanoTime();
        long start = begin;
        for (int call = 0; call < MAX_CALLS && fast < FAST_CALLS && goesOn(start - begin, maxNanos); call++) {
            int run = key.runs().warmUpLength(call);
            start = System.nanoTime();
            kernel.run(dummies, scratch, 0, blocks, registers, keys, lanes, run, run, 0, elements);
            fast = pace.isFast((double) (System.nanoTime() - start) / elements) ? fast + 1 : 0;
        }
        return fast == FAST_CALLS;
    }

    /// Whether there is time for another call, and the background has not been ended.
    private static boolean goesOn(long nanos, long maxNanos) {
        return nanos < maxNanos && !Thread.currentThread().isInterrupted();
    }

    /// Memory of the same class of segments.
    private static Optional<MemorySegment> dummy(Class<?> kind, Arena arena) {
        List<MemorySegment> kinds = List.of(
                MemorySegment.ofArray(new double[ELEMENTS]),
                MemorySegment.ofArray(new float[2 * ELEMENTS]),
                MemorySegment.ofArray(new short[4 * ELEMENTS]),
                MemorySegment.ofArray(new byte[8 * ELEMENTS]),
                arena.allocate((long) ELEMENTS * Double.BYTES, 64));
        return kinds.stream().filter(segment -> segment.getClass() == kind).findFirst();
    }
}
