package dev.gradus.cpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// Memory in which passes leave values of a parameter's own shape to later ones. It serves one parameter, or
/// one stretch of rows, at a time, and grows with the largest.
final class Scratch implements AutoCloseable {
    private static final long ALIGNMENT = 64;

    /// The class of its segments, which kernels are compiled for.
    static final Class<?> KIND = Arena.global().allocate(ALIGNMENT, ALIGNMENT).getClass();

    private @Nullable Arena arena;
    private MemorySegment[] segments = {};
    private long bytes;

    /// At least `count` segments of at least `size` bytes each; their content is undefined.
    @SuppressWarnings("MustBeClosedChecker") // it is closed with this, or when a larger one takes its place
    MemorySegment[] require(int count, long size) {
        if (count > segments.length || size > bytes) {
            int most = Math.max(count, segments.length);
            bytes = Math.max(bytes, size);
            close();
            // Of the kind that states lie in: another would let the JIT expect two.
            Arena fresh = Arena.ofShared();
            arena = fresh;
            segments = new MemorySegment[most];
            for (int i = 0; i < most; i++) {
                segments[i] = fresh.allocate(bytes, ALIGNMENT);
            }
        }
        return segments;
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
            arena = null;
            segments = new MemorySegment[0];
        }
    }
}
