package dev.gradus.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;
import java.util.zip.CRC32C;

/// Memory of any kind and size as a sequence of direct buffers.
final class Chunks {
    private static final long DIRECT_BYTES = 64 << 20;
    private static final long STAGED_BYTES = 1 << 18;

    private Chunks() {}

    static void write(MemorySegment data, WritableByteChannel channel) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stage = stage(data, arena);
            for (long at = 0; at < data.byteSize(); at += size(data)) {
                ByteBuffer chunk = chunk(data, at, stage);
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
        }
    }

    /// The checksum of all bytes, as 8 hexadecimal digits.
    static String checksum(MemorySegment data) {
        CRC32C sum = new CRC32C();
        forEach(data, sum::update);
        return hex(sum);
    }

    static String hex(CRC32C sum) {
        return String.format("%08x", sum.getValue());
    }

    private static void forEach(MemorySegment data, Consumer<ByteBuffer> consumer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment stage = stage(data, arena);
            for (long at = 0; at < data.byteSize(); at += size(data)) {
                consumer.accept(chunk(data, at, stage));
            }
        }
    }

    private static long size(MemorySegment data) {
        return data.isNative() ? DIRECT_BYTES : STAGED_BYTES;
    }

    /// Memory of the heap goes through a buffer outside of it.
    private static MemorySegment stage(MemorySegment data, Arena arena) {
        return data.isNative() ? MemorySegment.NULL : arena.allocate(Math.min(STAGED_BYTES, data.byteSize()));
    }

    private static ByteBuffer chunk(MemorySegment data, long at, MemorySegment stage) {
        MemorySegment slice = data.asSlice(at, Math.min(size(data), data.byteSize() - at));
        if (data.isNative()) {
            return slice.asByteBuffer();
        }
        MemorySegment staged = stage.asSlice(0, slice.byteSize());
        staged.copyFrom(slice);
        return staged.asByteBuffer();
    }
}
