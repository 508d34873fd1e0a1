package dev.gradus.checkpoint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A safetensors file: named tensors, and texts about them. Tensors are mapped, not read: files may be larger than
/// memory.
///
/// Whoever changes the file while it is open changes the tensors. After closing no tensor may be used.
///
/// The format is that of [safetensors](https://huggingface.co/docs/safetensors): the header's length in 8 bytes, the
/// header in JSON, padded with spaces to a multiple of 8, then the tensors without gaps.
public final class Safetensors implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();

    private final @Nullable Arena arena;
    private final Map<String, String> metadata;
    private final Map<String, Tensor> tensors;

    private Safetensors(@Nullable Arena arena, MemorySegment file) {
        this.arena = arena;
        long size = file.byteSize();
        if (size < Long.BYTES) {
            throw new CheckpointException("a safetensors file has at least 8 bytes, this one has " + size);
        }
        long headerBytes = file.get(LittleEndian.LONG, 0);
        // A header takes several times its size when it is read.
        long most = Math.min(Header.MAX_BYTES, Runtime.getRuntime().maxMemory() / 16);
        if (headerBytes < 0 || headerBytes > size - Long.BYTES) {
            throw new CheckpointException("the header's length is " + Long.toUnsignedString(headerBytes)
                    + " bytes, but only " + (size - Long.BYTES) + " follow");
        }
        if (headerBytes > most) {
            throw new CheckpointException(
                    "the header's length is " + headerBytes + " bytes, more than the " + most + " that are read");
        }
        MemorySegment data = file.asSlice(Long.BYTES + headerBytes);
        Header header = Header.read(stream(file.asSlice(Long.BYTES, headerBytes)), data.byteSize());
        this.metadata = header.metadata();
        this.tensors = new LinkedHashMap<>();
        for (Header.Entry entry : header.entries()) {
            MemorySegment slice = data.asSlice(entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), new Tensor(entry.name(), entry.type(), entry.shape(), slice));
        }
    }

    /// Opens a file.
    ///
    /// @throws CheckpointException if there is no such file, it cannot be read, or is not valid
    @SuppressWarnings("MustBeClosedChecker") // what is returned closes it
    public static Safetensors open(Path path) {
        if (!Files.isRegularFile(path)) {
            throw new CheckpointException(path + (Files.exists(path) ? " is not a file" : " does not exist"));
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new Safetensors(arena, channel.map(MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException | CheckpointException e) {
            arena.close();
            String reason = e instanceof IOException io ? AtomicFile.reason(io) : String.valueOf(e.getMessage());
            throw new CheckpointException(path + " cannot be read: " + reason, e);
        } catch (RuntimeException | Error e) {
            arena.close();
            throw e;
        }
    }

    /// Reads what is in memory.
    ///
    /// @throws CheckpointException if it is not valid
    static Safetensors of(byte[] bytes) {
        return new Safetensors(null, MemorySegment.ofArray(bytes).asReadOnly());
    }

    /// Texts by name.
    public Map<String, String> metadata() {
        return metadata;
    }

    /// All tensors in the order in which they lie.
    public List<Tensor> tensors() {
        return List.copyOf(tensors.values());
    }

    /// A tensor by name.
    public Optional<Tensor> tensor(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /// Writes a file, whole or not at all: to a temporary file beside it, which takes its place once it is on the
    /// disk.
    ///
    /// @throws CheckpointException if two tensors have the same name or the file cannot be written; what was there
    ///     is still there then
    public static void write(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        AtomicFile.write(path, content(path, metadata, tensors));
    }

    /// What a file consists of.
    ///
    /// @param path for messages
    /// @throws CheckpointException if two tensors have the same name or the header would be too long
    static AtomicFile.Content content(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        Set<String> names = new HashSet<>(Set.of("__metadata__"));
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new CheckpointException(path + " cannot have two tensors \"" + tensor.name() + "\"");
            }
        }
        List<Tensor> ordered = tensors.stream()
                .sorted(Comparator.comparing(Tensor::type).reversed().thenComparing(Tensor::name))
                .toList();
        byte[] header = bytes(Header.of(metadata, ordered));
        if (header.length > Header.MAX_BYTES) {
            throw new CheckpointException(path + " cannot be written: its header would have " + header.length
                    + " bytes, more than the " + Header.MAX_BYTES + " that readers accept");
        }
        return channel -> {
            MemorySegment length = MemorySegment.ofArray(new byte[Long.BYTES]);
            length.set(LittleEndian.LONG, 0, header.length);
            Chunks.write(length, channel);
            Chunks.write(MemorySegment.ofArray(header), channel);
            for (Tensor tensor : ordered) {
                Chunks.write(tensor.data(), channel);
            }
        };
    }

    private static byte[] bytes(Header header) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes, JsonEncoding.UTF8)) {
            header.write(json);
        }
        bytes.writeBytes(" ".repeat((8 - bytes.size() % 8) % 8).getBytes(StandardCharsets.US_ASCII));
        return bytes.toByteArray();
    }

    private static InputStream stream(MemorySegment bytes) {
        return new InputStream() {
            private long at;

            @Override
            public int read() {
                return at < bytes.byteSize() ? bytes.get(ValueLayout.JAVA_BYTE, at++) & 0xff : -1;
            }

            @Override
            public int read(byte[] into, int from, int length) {
                int count = (int) Math.min(length, bytes.byteSize() - at);
                if (count == 0 && length > 0) {
                    return -1;
                }
                MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, at, into, from, count);
                at += count;
                return count;
            }
        };
    }

    @Override
    public void close() {
        if (arena != null && arena.scope().isAlive()) {
            arena.close();
        }
    }
}
