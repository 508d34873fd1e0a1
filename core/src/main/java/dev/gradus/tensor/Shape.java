package dev.gradus.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/// The sizes of a tensor's axes, outermost first; rank 0 is a single number.
public final class Shape {
    private final long[] sizes;

    private Shape(long[] sizes) {
        this.sizes = sizes;
    }

    /// A shape of the given axis sizes (dimensionless, each at least 0).
    ///
    /// @throws IllegalArgumentException if a size is negative or the number of elements exceeds a `long`
    public static Shape of(long... sizes) {
        long elements = 1;
        for (long size : sizes) {
            if (size < 0) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(sizes) + ": an axis must have a size of at least 0, got " + size);
            }
            try {
                elements = Math.multiplyExact(elements, size);
            } catch (ArithmeticException overflow) {
                throw new IllegalArgumentException(
                        "shape " + Arrays.toString(sizes) + " has more than " + Long.MAX_VALUE + " elements");
            }
        }
        return new Shape(sizes.clone());
    }

    public int rank() {
        return sizes.length;
    }

    /// The size of one axis, 0 being the outermost.
    public long size(int axis) {
        return sizes[axis];
    }

    /// The number of elements: the product of all sizes, 1 for rank 0.
    public long elements() {
        return elements(Axes.all(rank()));
    }

    /// The number of elements of a tensor that keeps only the given axes.
    public long elements(Axes axes) {
        long elements = 1;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (axes.contains(axis)) {
                elements *= sizes[axis];
            }
        }
        return elements;
    }

    /// This shape with every axis that is not kept reduced to size 1.
    public Shape keeping(Axes axes) {
        long[] kept = sizes.clone();
        for (int axis = 0; axis < kept.length; axis++) {
            if (!axes.contains(axis)) {
                kept[axis] = 1;
            }
        }
        return new Shape(kept);
    }

    public long[] toArray() {
        return sizes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /// `[4, 3, 2, 2]`
    @Override
    public String toString() {
        return Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
