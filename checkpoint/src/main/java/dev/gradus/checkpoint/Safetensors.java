package dev.gradus.checkpoint;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// A safetensors file: named tensors, and texts about them. Tensors are mapped, not read: files may be larger than
/// memory. Tensors that do not lie at a multiple of their elements' size, as some tools write them, are copied.
///
/// Whoever changes the file while it is open changes the tensors. After closing no tensor may be used.
///
/// The format is that of [safetensors](https://huggingface.co/docs/safetensors): the header's length in 8 bytes, the
/// header in JSON, padded with spaces to a multiple of 8, then the tensors without gaps.
public final class Safetensors implements AutoCloseable {
    private static final JsonFactory JSON = new JsonFactory();

    /// How much of a long name is shown.
    private static final int SHOWN = 40;

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
        if (headerBytes < 0 || headerBytes > size - Long.BYTES) {
            throw new CheckpointException(OtherFormat.of(file)
                    .map(OtherFormat::sentence)
                    .orElseGet(() -> "the header's length is " + Long.toUnsignedString(headerBytes)
                            + " bytes, but only " + (size - Long.BYTES) + " follow"));
        }
        Header.requireLength(headerBytes);
        MemorySegment data = file.asSlice(Long.BYTES + headerBytes);
        Header header = Header.read(stream(file.asSlice(Long.BYTES, headerBytes)), data.byteSize());
        this.metadata = header.metadata();
        this.tensors = new LinkedHashMap<>();
        for (Header.Entry entry : header.entries()) {
            MemorySegment slice = data.asSlice(entry.begin(), entry.end() - entry.begin());
            tensors.put(entry.name(), new Tensor(entry.name(), entry.type(), entry.shape(), aligned(slice, entry)));
        }
    }

    /// What a header describes, with data that lies elsewhere.
    private Safetensors(Header header, List<Tensor> tensors) {
        this.arena = null;
        this.metadata = header.metadata();
        this.tensors = new LinkedHashMap<>();
        tensors.forEach(tensor -> this.tensors.put(tensor.name(), tensor));
    }

    private MemorySegment aligned(MemorySegment slice, Header.Entry entry) {
        int bytes = entry.type().bytes();
        if (arena == null || slice.address() % bytes == 0) {
            return slice;
        }
        return arena.allocate(slice.byteSize(), bytes).copyFrom(slice).asReadOnly();
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
    /// @throws CheckpointException if two tensors have the same name, the file could not be read again, or cannot
    ///     be written; what was there is still there then
    public static void write(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        AtomicFile.write(path, content(path, metadata, tensors));
    }

    /// What a file consists of.
    ///
    /// @param path for messages
    /// @throws CheckpointException if it could not be read
    static AtomicFile.Content content(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        return content(path, metadata, tensors, file -> {});
    }

    /// What a file consists of.
    ///
    /// @param path for messages
    /// @param check throws if the file that it is given could not be read
    /// @throws CheckpointException if it could not be read
    static AtomicFile.Content content(
            Path path, Map<String, String> metadata, List<Tensor> tensors, Consumer<Safetensors> check) {
        requireReadable(path, metadata, tensors);
        requireRoom(path, metadata, tensors);
        List<Tensor> ordered = tensors.stream()
                .sorted(Comparator.comparing(Tensor::type).reversed().thenComparing(Tensor::name))
                .toList();
        Header header = Header.of(metadata, ordered);
        byte[] bytes;
        try {
            bytes = bytes(header);
            header.requireReadAs(
                    new ByteArrayInputStream(bytes),
                    ordered.stream()
                            .mapToLong(tensor -> tensor.data().byteSize())
                            .sum());
            check.accept(new Safetensors(header, ordered));
        } catch (CheckpointException e) {
            throw new CheckpointException(path + " cannot be written, for it could not be read: " + e.getMessage(), e);
        }
        return channel -> {
            MemorySegment length = MemorySegment.ofArray(new byte[Long.BYTES]);
            length.set(LittleEndian.LONG, 0, bytes.length);
            Chunks.write(length, channel);
            Chunks.write(MemorySegment.ofArray(bytes), channel);
            for (Tensor tensor : ordered) {
                Chunks.write(tensor.data(), channel);
            }
        };
    }

    /// Refuses what is too long before there is a copy of it.
    private static void requireRoom(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        long characters = 0;
        for (Tensor tensor : tensors) {
            characters += tensor.name().length();
        }
        for (Map.Entry<String, String> text : metadata.entrySet()) {
            characters += text.getKey().length() + (long) text.getValue().length();
        }
        try {
            Header.requireLength(characters);
        } catch (CheckpointException e) {
            throw new CheckpointException(path + " cannot be written: " + e.getMessage(), e);
        }
    }

    /// Refuses names and texts that the format cannot have, so that the message says which.
    private static void requireReadable(Path path, Map<String, String> metadata, List<Tensor> tensors) {
        Set<String> names = new HashSet<>(Set.of("__metadata__"));
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new CheckpointException(path + " cannot have two tensors \"" + tensor.name() + "\"");
            }
            requireName(path, "tensor", tensor.name());
        }
        metadata.forEach((name, text) -> {
            requireName(path, "text", name);
            requireUnicode(path, "the text \"" + name + "\"", text);
        });
    }

    private static void requireName(Path path, String what, String name) {
        requireUnicode(path, "the name of a " + what, name);
        if (name.length() > Header.MAX_NAME) {
            throw new CheckpointException(path + " cannot have a " + what + " with a name of " + name.length()
                    + " characters, more than the " + Header.MAX_NAME + " that readers accept: \""
                    + name.substring(0, SHOWN) + "…\"");
        }
    }

    /// Half of a surrogate pair has no form in UTF-8.
    private static void requireUnicode(Path path, String what, String text) {
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) {
                throw new CheckpointException(path + " cannot be written: " + what + " must be valid Unicode, but has"
                        + " half of a surrogate pair, " + String.format("U+%04X", codePoint) + ", at character " + at);
            }
            at += Character.charCount(codePoint);
        }
    }

    /// Written twice, so that there is no buffer in memory that grows.
    private static byte[] bytes(Header header) {
        long[] length = {0};
        write(header, new OutputStream() {
            @Override
            public void write(int oneByte) {
                length[0]++;
            }

            @Override
            public void write(byte[] from, int begin, int count) {
                length[0] += count;
            }
        });
        Header.requireLength(length[0]);
        byte[] bytes = new byte[(int) (length[0] + 7) / 8 * 8];
        Arrays.fill(bytes, (int) length[0], bytes.length, (byte) ' ');
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        write(header, new OutputStream() {
            @Override
            public void write(int oneByte) {
                buffer.put((byte) oneByte);
            }

            @Override
            public void write(byte[] from, int begin, int count) {
                buffer.put(from, begin, count);
            }
        });
        return bytes;
    }

    private static void write(Header header, OutputStream out) {
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
            header.write(json);
        }
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
