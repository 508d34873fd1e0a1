package dev.gradus.bench.contest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Where parameters and gradients lie.
public enum Memory {
    HEAP,
    NATIVE,
    /// A file that is mapped.
    MAPPED,
    /// Parameters in arrays, gradients outside of the heap.
    MIXED;

    private static final long ALIGNMENT = 64;

    /// As tables show it.
    public String title() {
        return switch (this) {
            case HEAP -> "heap";
            case NATIVE -> "native";
            case MAPPED -> "mapped";
            case MIXED -> "mixed";
        };
    }

    boolean gradientsAreArrays() {
        return this == HEAP;
    }

    /// Memory for parameters with the given values: the array itself where parameters are arrays.
    MemorySegment parameter(float[] values, Arena arena) {
        return this == HEAP || this == MIXED ? MemorySegment.ofArray(values) : copy(values, arena);
    }

    /// Memory for a gradient: the array itself where gradients are arrays.
    MemorySegment gradient(float[] values, Arena arena) {
        return gradientsAreArrays() ? MemorySegment.ofArray(values) : copy(values, arena);
    }

    private MemorySegment copy(float[] values, Arena arena) {
        long bytes = (long) values.length * Float.BYTES;
        MemorySegment segment = this == MAPPED ? map(bytes, arena) : arena.allocate(bytes, ALIGNMENT);
        return segment.copyFrom(MemorySegment.ofArray(values));
    }

    private static MemorySegment map(long bytes, Arena arena) {
        try {
            Path file = Files.createTempFile("gradus-bench", ".f32");
            try (FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE)) {
                return channel.map(MapMode.READ_WRITE, 0, bytes, arena);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a file could not be mapped", e);
        }
    }
}
