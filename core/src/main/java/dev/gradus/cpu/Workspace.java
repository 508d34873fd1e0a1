package dev.gradus.cpu;

import dev.gradus.engine.HostMemo;
import dev.gradus.numeric.Power;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The memory of one thread besides the parameter's: reductions in progress, scratch memory, and caches of host
/// scalars.
final class Workspace {
    /// For stretches of rows, and for parameters that one thread takes through their whole step.
    final Scratch own = new Scratch();

    final Power power = new Power();
    final HostMemo memo = new HostMemo();

    private MemorySegment[] scratch = {};
    private long base;

    private Lanes[] lanes = {};
    private double[] leftByKernels = {};

    /// Uses scratch memory in what follows.
    ///
    /// @param from the element that its first element belongs to
    void useScratch(MemorySegment[] segments, long from) {
        scratch = segments;
        base = from;
    }

    /// The scratch memory in use.
    MemorySegment[] scratch() {
        return scratch;
    }

    /// The element that the first element of the scratch memory belongs to.
    long base() {
        return base;
    }

    /// The run of a reduction that is in progress.
    Lanes lanes(int reduction) {
        if (reduction >= lanes.length) {
            int before = lanes.length;
            lanes = Arrays.copyOf(lanes, reduction + 1);
            for (int i = before; i < lanes.length; i++) {
                lanes[i] = new Lanes();
            }
        }
        return lanes[reduction];
    }

    /// The array in which kernels leave the lanes of blocks.
    double[] leftByKernels(int length) {
        if (length > leftByKernels.length) {
            leftByKernels = new double[length];
        }
        return leftByKernels;
    }

    /// Forgets runs that a failed step did not complete.
    void clear() {
        for (Lanes each : lanes) {
            each.clear();
        }
    }
}
