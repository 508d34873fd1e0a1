package dev.gradus.engine;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Memory that holds elements.
///
/// @param rounded a narrower copy that takes everything that is stored, or null
/// @param rounding how what is stored is rounded, or null where it is rounded to nearest
public record Tensor(
        MemorySegment memory,
        ElementType type,
        @Nullable Tensor rounded,
        @Nullable RandomKey rounding) {
    public Tensor(MemorySegment memory, ElementType type) {
        this(memory, type, null, null);
    }
}
