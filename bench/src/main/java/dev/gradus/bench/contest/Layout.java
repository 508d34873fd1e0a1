package dev.gradus.bench.contest;

import dev.gradus.tensor.Shape;

/// How many tensors of which size are trained.
///
/// @param name as the tables show it; K is 2¹⁰ and M is 2²⁰
/// @param elements of each tensor
/// @param row elements of one slice along the outermost axis; a multiple of 64
public record Layout(String name, int tensors, int elements, int row) {
    public static final int K = 1 << 10;
    public static final int M = 1 << 20;

    public static final Layout K20 = new Layout("20 K", 1, 20 * K, K);
    public static final Layout M1 = new Layout("1 M", 1, M, K);
    public static final Layout M1_BY_10 = new Layout("10 × 1 M", 10, M, K);
    public static final Layout M10_BY_10 = new Layout("10 × 10 M", 10, 10 * M, K);
    public static final Layout K2_BY_500 = new Layout("500 × 2 K", 500, 2 * K, K);
    public static final Layout M100 = new Layout("100 M", 1, 100 * M, K);
    public static final Layout K64_BY_1600 = new Layout("1600 × 64 K", 1600, 64 * K, K);

    public Layout {
        if (tensors < 1 || row < 64 || row % 64 != 0 || elements < row || elements % row != 0) {
            throw new IllegalArgumentException("a layout needs tensors of whole rows of a multiple of 64, got "
                    + tensors + " of " + elements + " in rows of " + row);
        }
    }

    /// One tensor of 100 M in rows of another length.
    public static Layout rows(String length, int row) {
        return new Layout("100 M in rows of " + length, 1, 100 * M, row);
    }

    /// All of them, in all tensors.
    public long parameters() {
        return (long) tensors * elements;
    }

    /// That of a convolution's weight, for rules that are for those alone: (rows, channels, 8, 8).
    public Shape shape() {
        return Shape.of(elements / row, row / 64, 8, 8);
    }

    /// Uninitialised arrays of this layout, one per tensor.
    float[][] arrays() {
        return new float[tensors][elements];
    }
}
