package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
    @TempDir
    private Path folder;

    private static Tensor tensor(String name, DataType type, long... sizes) {
        Shape shape = Shape.of(sizes);
        byte[] bytes = new byte[(int) shape.elements() * type.bytes()];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 37 + name.hashCode());
        }
        return new Tensor(name, type, shape, MemorySegment.ofArray(bytes));
    }

    @Test
    void everyTypeIsReadAsItWasWritten() {
        List<Tensor> tensors = new ArrayList<>();
        for (DataType type : DataType.values()) {
            tensors.add(tensor("of " + type, type, 3, 5));
        }
        tensors.add(tensor("number", DataType.F32));
        tensors.add(tensor("nothing", DataType.F64, 4, 0));
        tensors.add(tensor("ünïcödé \"quoted\" \\ \n", DataType.U8, 7));
        Map<String, String> metadata = Map.of("key", "a text", "ключ", "\u0000\u001f{}");
        Path file = folder.resolve("all.safetensors");
        Safetensors.write(file, metadata, tensors);
        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.metadata()).isEqualTo(metadata);
            assertThat(read.tensors()).hasSameSizeAs(tensors);
            for (Tensor tensor : tensors) {
                Tensor found = read.tensor(tensor.name()).orElseThrow();
                assertThat(found.type()).isEqualTo(tensor.type());
                assertThat(found.shape()).isEqualTo(tensor.shape());
                assertThat(found.data().mismatch(tensor.data())).isEqualTo(-1);
                assertThat(found.data().address() % tensor.type().bytes()).isZero();
            }
        }
    }

    @Test
    void theBytesAreThoseOfTheReferenceImplementation() throws IOException {
        Path file = folder.resolve("reference.safetensors");
        Tensor bytes = new Tensor("b", DataType.U8, Shape.of(3), MemorySegment.ofArray(new byte[] {1, 2, 3}));
        Safetensors.write(file, Map.of(), List.of(bytes, Tensor.count("z", 5), Tensor.count("a", -1)));
        String header = "{\"a\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[0,8]},"
                + "\"z\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]},"
                + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[16,19]}}";
        String padded = header + " ".repeat((8 - header.length() % 8) % 8);
        ByteBuffer expected = ByteBuffer.allocate(8 + padded.length() + 19)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(padded.length())
                .put(padded.getBytes(StandardCharsets.UTF_8))
                .putLong(-1)
                .putLong(5)
                .put(new byte[] {1, 2, 3});
        assertThat(Files.readAllBytes(file)).isEqualTo(expected.array());
    }

    @Test
    void numbersOfAllTypesAreReadAsSuch() {
        MemorySegment ones = MemorySegment.ofArray(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
        assertThat(DataType.U8.read(ones, 0)).isEqualTo(255);
        assertThat(DataType.I8.read(ones, 1)).isEqualTo(-1);
        assertThat(DataType.U16.read(ones, 1)).isEqualTo(65_535);
        assertThat(DataType.I16.read(ones, 1)).isEqualTo(-1);
        assertThat(DataType.U32.read(ones, 1)).isEqualTo(4_294_967_295.0);
        assertThat(DataType.I32.read(ones, 1)).isEqualTo(-1);
        assertThat(DataType.U64.read(ones, 0)).isEqualTo(0x1p64);
        assertThat(DataType.I64.read(ones, 0)).isEqualTo(-1);
        assertThat(DataType.F64.read(ones, 0)).isNaN();
        MemorySegment halves = MemorySegment.ofArray(new byte[] {0, 0x3c, (byte) 0x80, 0x3f});
        assertThat(DataType.F16.read(halves, 0)).isEqualTo(1);
        assertThat(DataType.BF16.read(halves, 1)).isEqualTo(1);
        assertThatThrownBy(() -> DataType.C64.read(ones, 0)).isInstanceOf(CheckpointException.class);
    }

    @Test
    void memoryOfEveryKindIsWritten() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment outside = arena.allocate(1 << 20);
            for (long i = 0; i < 1 << 20; i += 8) {
                outside.set(ValueLayout.JAVA_LONG, i, i * 0x9E3779B97F4A7C15L);
            }
            long[] inside = outside.toArray(ValueLayout.JAVA_LONG);
            Path file = folder.resolve("kinds.safetensors");
            Shape shape = Shape.of(1 << 17);
            Safetensors.write(
                    file,
                    Map.of(),
                    List.of(
                            new Tensor("outside", DataType.I64, shape, outside),
                            new Tensor("inside", DataType.I64, shape, MemorySegment.ofArray(inside))));
            try (Safetensors read = Safetensors.open(file)) {
                for (Tensor tensor : read.tensors()) {
                    assertThat(tensor.data().mismatch(outside)).isEqualTo(-1);
                    assertThat(Chunks.checksum(tensor.data())).isEqualTo(Chunks.checksum(outside));
                }
                assertThat(Chunks.checksum(MemorySegment.ofArray(inside))).isEqualTo(Chunks.checksum(outside));
            }
        }
    }

    @Test
    void theChecksumIsCrc32c() {
        // RFC 3720, B.4: 32 bytes of ones.
        byte[] ones = new byte[32];
        Arrays.fill(ones, (byte) -1);
        assertThat(Chunks.checksum(MemorySegment.ofArray(ones))).isEqualTo("62a8ab43");
    }

    @Test
    void namesMustBeUniqueAndNotTheMetadataKey() {
        Path file = folder.resolve("names.safetensors");
        Tensor a = tensor("a", DataType.F32, 1);
        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(a, a)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("two tensors \"a\"");
        Tensor metadata = tensor("__metadata__", DataType.F32, 1);
        assertThatThrownBy(() -> Safetensors.write(file, Map.of(), List.of(metadata)))
                .isInstanceOf(CheckpointException.class);
        assertThat(file).doesNotExist();
    }

    /// What would not be read as it was written is refused, and the file that was there stays.
    @Test
    void whatCouldNotBeReadIsNotWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("kept"), "old");
        String longest = "n".repeat(Header.MAX_NAME);
        Tensor number = tensor("a", DataType.F32);
        refuses(file, Map.of(), tensor(longest + "n", DataType.F32), "65537 characters, more than the 65536");
        refuses(file, Map.of(longest + "n", ""), number, "65537 characters, more than the 65536");
        refuses(file, Map.of(), tensor("a\ud800b", DataType.F32), "the name of a tensor", "U+D800, at character 1");
        refuses(file, Map.of(), tensor("\udc00\ud800", DataType.F32), "U+DC00, at character 0");
        refuses(file, Map.of("\ud83d", ""), number, "the name of a text", "U+D83D, at character 0");
        refuses(file, Map.of("k", "\ud83d\ude00\ud83d"), number, "the text \"k\"", "U+D83D, at character 2");
        refuses(file, Map.of("k", "x".repeat((int) Header.limit() + 1)), number, "the header's length is");
        Safetensors.write(file, Map.of("\ud83d\ude00", longest), List.of(tensor(longest, DataType.F32)));
        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.metadata()).containsEntry("\ud83d\ude00", longest);
            assertThat(read.tensor(longest)).isPresent();
        }
    }

    private static void refuses(Path file, Map<String, String> metadata, Tensor tensor, String... sentence) {
        assertThatThrownBy(() -> Safetensors.write(file, metadata, List.of(tensor)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContainingAll(sentence);
        assertThat(file).hasContent("old");
    }

    @Test
    void aFileOfMoreThanTwoGibibytesIsMapped() throws IOException {
        Path file = folder.resolve("sparse.safetensors");
        long elements = (3L << 30) / 4;
        String header =
                "{\"t\":{\"dtype\":\"F32\",\"shape\":[" + elements + "],\"data_offsets\":[0," + elements * 4 + "]}}";
        ByteBuffer start = ByteBuffer.allocate(8 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(header.length())
                .put(header.getBytes(StandardCharsets.UTF_8))
                .flip();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            channel.write(start, 0);
            ByteBuffer last =
                    ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(1.5f);
            channel.write(last.flip(), 8 + header.length() + (elements - 1) * 4);
        }
        try (Safetensors read = Safetensors.open(file)) {
            Tensor tensor = read.tensors().getFirst();
            assertThat(tensor.get(elements - 1)).isEqualTo(1.5);
            assertThat(tensor.get(elements / 2)).isZero();
        }
    }

    @Tag("slow")
    @Test
    void moreThanTwoGibibytesAreWrittenAndSummed() {
        Path file = folder.resolve("large.safetensors");
        try (Arena arena = Arena.ofShared()) {
            long bytes = (2L << 30) + 4096;
            MemorySegment large = arena.allocate(bytes);
            large.set(ValueLayout.JAVA_INT, bytes - 4, 42);
            Safetensors.write(file, Map.of(), List.of(new Tensor("t", DataType.I32, Shape.of(bytes / 4), large)));
            try (Safetensors read = Safetensors.open(file)) {
                assertThat(read.tensors().getFirst().get(bytes / 4 - 1)).isEqualTo(42);
                assertThat(Chunks.checksum(read.tensors().getFirst().data())).isEqualTo(Chunks.checksum(large));
            }
        }
    }
}
