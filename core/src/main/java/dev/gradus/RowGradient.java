package dev.gradus;

import java.lang.foreign.MemorySegment;

/// A gradient that is zero except in some rows of its parameter, the slices along the outermost axis: that of
/// an embedding table, of which a batch looks up a few rows.
///
/// @param indices which rows, as int64 elements in the native byte order, from 0; a row that occurs several
///     times gets the sum
/// @param values a row for each index, in the type of the parameter's gradients
public record RowGradient(MemorySegment indices, MemorySegment values) {

    /// The number of indices.
    public long count() {
        return indices.byteSize() / Long.BYTES;
    }
}
