package dev.gradus.program;

import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;

/// Where the elements of a tensor over some axes lie in a tensor over fewer: the index arithmetic of
/// broadcasting and of reducing.
///
/// Elements are walked in runs: the innermost stretch of the larger tensor whose axes are either all kept (the
/// run is contiguous in the smaller tensor, too) or all absent (the run falls onto one element).
public final class Projection {
    private final long[] sizes;
    private final long[] keptStrides;
    private final long[] absentStrides;

    /// @param from the axes of the larger tensor
    /// @param kept those of the smaller one; the host's for a single number
    public Projection(Shape shape, Axes from, Axes kept) {
        int count = 0;
        long[] merged = new long[from.rank()];
        boolean[] isKept = new boolean[from.rank()];
        for (int axis : from.toList()) {
            boolean keep = kept.contains(axis);
            if (count > 0 && isKept[count - 1] == keep) {
                merged[count - 1] *= shape.size(axis);
            } else {
                merged[count] = shape.size(axis);
                isKept[count++] = keep;
            }
        }
        if (count == 0) {
            merged = new long[] {1};
            isKept = new boolean[] {!kept.isHost()};
            count = 1;
        }
        sizes = new long[count];
        keptStrides = new long[count];
        absentStrides = new long[count];
        long keptStride = 1;
        long absentStride = 1;
        for (int i = count - 1; i >= 0; i--) {
            sizes[i] = merged[i];
            if (isKept[i]) {
                keptStrides[i] = keptStride;
                keptStride *= merged[i];
            } else if (i < count - 1) {
                absentStrides[i] = absentStride;
                absentStride *= merged[i];
            }
        }
    }

    /// The number of axes of the larger tensor, where neighbours that are both kept or both absent count as one.
    public int rank() {
        return sizes.length;
    }

    /// The size of such an axis; 0 is the outermost.
    public long size(int axis) {
        return sizes[axis];
    }

    /// How far a step along an axis goes in the smaller tensor; 0 for an absent axis.
    public long keptStride(int axis) {
        return keptStrides[axis];
    }

    /// How far a step along an absent axis goes among the runs that fall onto the same elements; 0 for a kept axis,
    /// and for the axis of the runs themselves.
    public long absentStride(int axis) {
        return absentStrides[axis];
    }

    /// The length of a run.
    public long run() {
        return sizes[sizes.length - 1];
    }

    /// Whether a run is contiguous in the smaller tensor, rather than one element of it.
    public boolean isRunKept() {
        return keptStrides[sizes.length - 1] != 0;
    }

    /// Whether each run falls onto an element of its own, in order: a tensor's rows.
    public boolean isByRows() {
        return !isRunKept() && (sizes.length == 1 || sizes.length == 2 && absentStrides[0] == 0);
    }

    /// The element of the smaller tensor that element `i` of the larger one belongs to.
    public long index(long i) {
        return dot(i, keptStrides);
    }

    /// Of the runs that fall onto the same elements, the number of the one that holds element `i`.
    public long ordinal(long i) {
        return dot(i, absentStrides);
    }

    private long dot(long i, long[] strides) {
        long result = 0;
        long rest = i;
        for (int axis = sizes.length - 1; axis > 0; axis--) {
            long above = rest / sizes[axis];
            result += (rest - above * sizes[axis]) * strides[axis];
            rest = above;
        }
        return result + rest * strides[0];
    }
}
