package dev.gradus.engine;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Elements in memory.
///
/// @param rounded a narrower copy, which is stored along with it, or null
/// @param rounding the key of stochastic rounding, or null where elements are rounded to nearest
public record Tensor(
        MemorySegment memory,
        ElementType type,
        @Nullable Tensor rounded,
        @Nullable RandomKey rounding) {
    public Tensor(MemorySegment memory, ElementType type) {
        this(memory, type, null, null);
    }
}
