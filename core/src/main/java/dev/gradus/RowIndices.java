package dev.gradus;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The rows of a gradient in ascending order, each of them once.
final class RowIndices {
    /// Row and position of each index, sorted.
    private long[] sorted = {};

    private int indices;
    private int[] rows = {};
    private int count;

    /// Reads the indices of a gradient.
    ///
    /// @param parameter its name
    /// @param all the number of the parameter's rows
    /// @throws IllegalArgumentException if an index is out of range
    void read(RowGradient gradient, String parameter, long all) {
        indices = Math.toIntExact(gradient.count());
        if (sorted.length < indices) {
            sorted = new long[Math.max(indices, 2 * sorted.length)];
            rows = new int[sorted.length];
        }
        count = 0;
        for (int i = 0; i < indices; i++) {
            long row = gradient.indices().getAtIndex(JAVA_LONG_UNALIGNED, i);
            if (row < 0 || row >= all || row > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("parameter " + parameter + ": index " + i
                        + " of its gradient must be a row in 0 … " + (all - 1) + ", got " + row);
            }
            sorted[i] = row << Integer.SIZE | i;
        }
        Arrays.sort(sorted, 0, indices);
        for (int i = 0; i < indices; i++) {
            if (i == 0 || row(i) != row(i - 1)) {
                rows[count++] = row(i);
            }
        }
    }

    /// The rows; only the first [#count] elements count.
    int[] rows() {
        return rows;
    }

    int count() {
        return count;
    }

    private int row(int index) {
        return (int) (sorted[index] >>> Integer.SIZE);
    }

    /// Adds up the gradients of each row, in the order in which they were given.
    ///
    /// @param values of the gradient, a row for each index
    /// @param type of the values
    /// @param perRow the number of elements of a row
    /// @param sums takes a row for each row, is zero
    /// @param arithmetic the type of the sums
    void sum(MemorySegment values, ElementType type, long perRow, MemorySegment sums, ElementType arithmetic) {
        int target = -1;
        for (int i = 0; i < indices; i++) {
            boolean isFirst = i == 0 || row(i) != row(i - 1);
            target += isFirst ? 1 : 0;
            long from = (int) sorted[i] * perRow;
            if (isFirst && type == arithmetic) {
                int bytes = type.bytes();
                MemorySegment.copy(values, from * bytes, sums, target * perRow * bytes, perRow * bytes);
            } else {
                add(values, type, from, perRow, sums, target * perRow, arithmetic);
            }
        }
    }

    private static void add(
            MemorySegment values,
            ElementType type,
            long from,
            long perRow,
            MemorySegment sums,
            long target,
            ElementType arithmetic) {
        if (arithmetic == ElementType.FLOAT64) {
            for (long i = 0; i < perRow; i++) {
                double sum = sums.getAtIndex(JAVA_DOUBLE_UNALIGNED, target + i) + type.read(values, from + i);
                sums.setAtIndex(JAVA_DOUBLE_UNALIGNED, target + i, sum);
            }
        } else {
            for (long i = 0; i < perRow; i++) {
                float sum = sums.getAtIndex(JAVA_FLOAT_UNALIGNED, target + i) + (float) type.read(values, from + i);
                sums.setAtIndex(JAVA_FLOAT_UNALIGNED, target + i, sum);
            }
        }
    }
}
