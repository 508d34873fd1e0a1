package dev.gradus;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import java.lang.foreign.MemorySegment;

/// The step that each row of a parameter has last made, a state that only groups with exact rows have.
///
/// @param values one float64 per row
record RowSteps(MemorySegment values) {
    int rows() {
        return Math.toIntExact(values.byteSize() / Double.BYTES);
    }

    long last(long row) {
        return (long) values.getAtIndex(JAVA_DOUBLE_UNALIGNED, row);
    }

    void set(long row, long step) {
        values.setAtIndex(JAVA_DOUBLE_UNALIGNED, row, (double) step);
    }

    void setAll(long step) {
        for (int row = 0; row < rows(); row++) {
            set(row, step);
        }
    }

    void reset() {
        values.fill((byte) 0);
    }
}
