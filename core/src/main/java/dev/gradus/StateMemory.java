package dev.gradus;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// The memory of a parameter's states.
///
/// A processor compares the lower twelve bits of addresses to tell whether a load has to wait for a store that is under
/// way. A kernel that goes through several tensors side by side would wait for nothing where one begins just behind
/// another, some pages away; so large ones begin at different parts of a page, as far apart as their number allows.
final class StateMemory implements AutoCloseable {
    private static final long ALIGNMENT = 64;
    private static final long PAGE = 4096;

    /// Tensors of fewer bytes begin anywhere: two pages each would be too much.
    private static final long LARGE = 1 << 18;

    private final Arena arena = Arena.ofShared();
    private final long distance;
    private long last;

    /// @param values of the parameter; those in an array are taken to begin with a page, as large ones do
    /// @param tensors how many will be allocated
    StateMemory(MemorySegment values, int tensors) {
        last = values.isNative() ? values.address() : 0;
        distance = PAGE / (tensors + 1);
    }

    /// Memory for a tensor, all zero.
    MemorySegment allocate(long elements, ElementType type) {
        long bytes = type.bytes(elements);
        last += distance;
        long offset = bytes < LARGE ? 0 : last % PAGE / ALIGNMENT * ALIGNMENT;
        return arena.allocate(Math.max(1, offset + bytes), bytes < LARGE ? ALIGNMENT : PAGE)
                .asSlice(offset, bytes);
    }

    @Override
    public void close() {
        arena.close();
    }
}
