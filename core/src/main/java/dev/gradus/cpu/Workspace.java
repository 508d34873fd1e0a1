package dev.gradus.cpu;

import dev.gradus.engine.HostMemo;
import dev.gradus.numeric.Power;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// What one thread works with besides the memory of the parameter: reductions in progress, scratch memory, and
/// what it has computed for others.
final class Workspace {
    /// For stretches of rows, and for parameters that one thread takes through their whole step.
    final Scratch own = new Scratch();

    final Power power = new Power();
    final HostMemo memo = new HostMemo();

    /// The scratch memory of the run in progress, and the element that its first belongs to.
    MemorySegment[] scratch = {};

    long base;

    private Lanes[] lanes = {};
    private double[] leftByKernels = {};

    /// Binds the scratch memory of a run.
    ///
    /// @param firstElement the element that the first of each segment belongs to
    void bindScratch(MemorySegment[] segments, long firstElement) {
        scratch = segments;
        base = firstElement;
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

    /// Where kernels leave the lanes of blocks.
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
