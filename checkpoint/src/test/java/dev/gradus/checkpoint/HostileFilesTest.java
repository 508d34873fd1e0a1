package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileFilesTest {
    private static final int LONGEST_SEED = 50_000;

    @TempDir
    private Path folder;

    private static byte[] file(String header, int dataBytes) {
        return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
    }

    private static byte[] file(byte[] header, int dataBytes) {
        return file(header.length, header, dataBytes);
    }

    private static byte[] file(long headerBytes, byte[] header, int dataBytes) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(headerBytes)
                .array());
        bytes.writeBytes(header);
        bytes.writeBytes(new byte[dataBytes]);
        return bytes.toByteArray();
    }

    private static String tensor(String name, String type, String shape, String offsets) {
        return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
    }

    private static byte[] one(String type, String shape, String offsets, int dataBytes) {
        return file("{" + tensor("t", type, shape, offsets) + "}", dataBytes);
    }

    static Stream<Arguments> invalid() {
        byte[] braces = "{}".getBytes(StandardCharsets.UTF_8);
        String good = tensor("t", "F32", "[2]", "[0,8]");
        return Stream.of(
                Arguments.of("empty", new byte[0], "at least 8 bytes"),
                Arguments.of("seven bytes", new byte[7], "at least 8 bytes"),
                Arguments.of("header longer than the file", file(3, braces, 0), "only 2 follow"),
                Arguments.of("header of 2^63 - 1 bytes", file(Long.MAX_VALUE, braces, 0), "9223372036854775807"),
                Arguments.of("header of 2^63 bytes", file(Long.MIN_VALUE, braces, 0), "9223372036854775808"),
                Arguments.of("header of 2^64 - 1 bytes", file(-1, braces, 0), "18446744073709551615"),
                Arguments.of("no header", file("", 8), "the header must be"),
                Arguments.of("header of spaces", file("   ", 8), "the header must be"),
                Arguments.of("an array", file("[]", 0), "the header must be"),
                Arguments.of("not JSON", file("{nonsense}", 0), "not valid"),
                Arguments.of("unfinished", file("{" + good, 8), "not valid"),
                Arguments.of("more after the end", file("{" + good + "} {}", 8), "goes on"),
                Arguments.of("deep", file("[".repeat(100_000), 0), "the header must be"),
                Arguments.of("deep in a tensor", file("{\"t\":{\"shape\":" + "[".repeat(9_999), 0), "t"),
                Arguments.of("deep in metadata", file("{\"__metadata__\":{\"a\":" + "{\"a\":".repeat(9_999), 0), "a"),
                Arguments.of("two tensors of one name", file("{" + good + "," + good + "}", 8), "uplicate"),
                Arguments.of("two metadata", file("{\"__metadata__\":{},\"__metadata__\":{}}", 0), "uplicate"),
                Arguments.of("two keys", file("{\"t\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", 0), "uplicate"),
                Arguments.of("two texts", file("{\"__metadata__\":{\"a\":\"\",\"\\u0061\":\"\"}}", 0), "uplicate"),
                Arguments.of("metadata of numbers", file("{\"__metadata__\":{\"a\":1}}", 0), "VALUE_STRING"),
                Arguments.of("metadata that is a text", file("{\"__metadata__\":\"a\"}", 0), "START_OBJECT"),
                Arguments.of("a tensor that is null", file("{\"t\":null}", 0), "START_OBJECT"),
                Arguments.of("no dtype", file("{\"t\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4), "no dtype"),
                Arguments.of("no shape", file("{\"t\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4), "no shape"),
                Arguments.of("no offsets", file("{\"t\":{\"dtype\":\"F32\",\"shape\":[]}}", 4), "no data_offsets"),
                Arguments.of("unknown key", file("{\"t\":{\"strides\":[1]}}", 4), "unknown key \"strides\""),
                Arguments.of("unknown dtype", one("F4", "[2]", "[0,1]", 1), "unknown dtype \"F4\""),
                Arguments.of("dtype of a wrong size", one("F64", "[2]", "[0,8]", 8), "must have 16 bytes"),
                Arguments.of("negative size", one("F32", "[-1]", "[0,4]", 4), "negative"),
                Arguments.of("size that is not whole", one("F32", "[1.0]", "[0,4]", 4), "VALUE_NUMBER_INT"),
                Arguments.of("size of 2^63", one("F32", "[9223372036854775808]", "[0,4]", 4), "long"),
                Arguments.of("size of 30 digits", one("F32", "[" + "9".repeat(30) + "]", "[0,4]", 4), "length"),
                Arguments.of("elements beyond 2^63", one("F32", "[4294967296,4294967296]", "[0,0]", 0), "elements"),
                Arguments.of("bytes beyond 2^63", one("F64", "[4611686018427387904]", "[0,0]", 0), "more bytes"),
                Arguments.of("100 axes", one("F32", "[" + "1,".repeat(99) + "1]", "[0,4]", 4), "at most 64"),
                Arguments.of("40 axes", one("F32", "[" + "1,".repeat(39) + "1]", "[0,4]", 4), "rank"),
                Arguments.of("negative offset", one("F32", "[1]", "[-4,0]", 4), "negative"),
                Arguments.of("end before begin", one("F32", "[1]", "[4,0]", 4), "a begin and an end"),
                Arguments.of("three offsets", one("F32", "[1]", "[0,4,8]", 4), "at most 2"),
                Arguments.of("one offset", one("F32", "[1]", "[0]", 4), "a begin and an end"),
                Arguments.of("overflowing offset", one("F32", "[1]", "[0,9223372036854775808]", 4), "long"),
                Arguments.of("offset beyond the file", one("U8", "[9]", "[0,9]", 8), "truncated"),
                Arguments.of("gap", one("F32", "[1]", "[4,8]", 8), "begins at byte 4"),
                Arguments.of("trailing bytes", one("F32", "[1]", "[0,4]", 5), "belong to none"),
                Arguments.of("truncated", one("F32", "[1]", "[0,4]", 3), "truncated"),
                Arguments.of(
                        "overlap",
                        file(
                                "{" + tensor("a", "F32", "[2]", "[0,8]") + "," + tensor("b", "F32", "[2]", "[4,12]")
                                        + "}",
                                12),
                        "overlaps"),
                Arguments.of(
                        "one place for two",
                        file(
                                "{" + tensor("a", "F32", "[2]", "[0,8]") + "," + tensor("b", "F32", "[2]", "[0,8]")
                                        + "}",
                                8),
                        "overlaps"),
                Arguments.of("not UTF-8", file(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}, 0), "not valid"),
                Arguments.of("overlong UTF-8", file(new byte[] {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', '}'}, 0), ""),
                Arguments.of("a zero byte", file("{\u0000}", 0), "not valid"));
    }

    /// What other tools write, and the reference implementation reads.
    static Stream<Arguments> unusual() {
        String good = tensor("t", "F32", "[1]", "[0,4]");
        String bytes = tensor("a", "U8", "[1]", "[0,1]");
        return Stream.of(
                Arguments.of(
                        "misaligned",
                        file("{" + bytes + "," + tensor("b", "F32", "[1]", "[1,5]") + "}", 5),
                        "[b F32 [1] = 0.0]"),
                Arguments.of(
                        "misaligned and empty",
                        file("{" + bytes + "," + tensor("b", "F64", "[0,2]", "[1,1]") + "}", 1),
                        "[b F64 [0, 2]]"),
                Arguments.of("header of 55 bytes", file("{" + good + " }", 4), "[t F32 [1] = 0.0]"),
                Arguments.of("no tensors", file("{}", 0), "[]"),
                Arguments.of("metadata null", file("{\"__metadata__\":null," + good + "}", 4), "[t F32 [1] = 0.0]"),
                Arguments.of("metadata after", file("{" + good + ",\"__metadata__\":{}}", 4), "[t F32 [1] = 0.0]"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unusual")
    void isReadAllTheSame(String what, byte[] bytes, String expected) throws IOException {
        Path file = Files.write(folder.resolve("unusual"), bytes);
        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.metadata()).isEmpty();
            List<String> found = new ArrayList<>();
            for (Tensor tensor : read.tensors()) {
                assertThat(tensor.data().address() % tensor.type().bytes()).isZero();
                if (!tensor.name().equals("a")) {
                    found.add(tensor.name() + " " + tensor.type() + " " + tensor.shape()
                            + (tensor.shape().elements() > 0 ? " = " + tensor.get(0) : ""));
                }
            }
            assertThat(found).hasToString(expected);
        }
        Safetensors.of(bytes).close();
    }

    static Stream<Arguments> ofOtherFormats() {
        return Stream.of(
                Arguments.of(new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8}, "a zip archive, such as torch.save writes"),
                Arguments.of(
                        new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10, 'l', (byte) 0xfc, (byte) 0x9c, 'F'}, "pickle"),
                Arguments.of(new byte[] {(byte) 0x89, 'H', 'D', 'F', '\r', '\n', 26, '\n'}, "an HDF5 file"),
                Arguments.of(new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0, 1, 0, 0, 0}, "a GGUF file"));
    }

    @ParameterizedTest
    @MethodSource("ofOtherFormats")
    void filesOfOtherFormatsAreCalledWhatTheyAre(byte[] start, String expected) throws IOException {
        Path file = Files.write(folder.resolve("other"), Arrays.copyOf(start, 100));
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + " cannot be read: it is a")
                .hasMessageContaining(expected)
                .hasMessageContaining("not safetensors");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalid")
    void isRefusedInASentence(String what, byte[] bytes, String expected) throws IOException {
        Path file = Files.write(folder.resolve("hostile"), bytes);
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(expected);
        assertThatThrownBy(() -> Safetensors.of(bytes).close()).isInstanceOf(CheckpointException.class);
    }

    /// The search of [SafetensorsFuzzTest] begins with these.
    @ParameterizedTest(name = "{0}")
    @MethodSource({"invalid", "unusual"})
    void isASeedOfTheFuzzTest(String what, byte[] bytes, String expected) throws IOException {
        String seed = "SafetensorsFuzzTestInputs/bytesAreReadOrRefused/" + what.replaceAll("[^A-Za-z0-9]+", "-");
        try (InputStream stored = HostileFilesTest.class.getResourceAsStream(seed)) {
            assertThat(stored != null || bytes.length > LONGEST_SEED).as(seed).isTrue();
            assertThat(stored == null ? bytes : stored.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void noHandleOrMappingIsLeaked() throws IOException {
        Path file = Files.write(folder.resolve("leaked-or-not"), one("F32", "[1]", "[0,4]", 3));
        Path good = Files.write(folder.resolve("leaked-or-not-good"), one("F32", "[1]", "[0,4]", 4));
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> Safetensors.open(file).close()).isInstanceOf(CheckpointException.class);
            Safetensors.open(good).close();
            assertThatThrownBy(() -> Checkpoint.open(good).close()).isInstanceOf(CheckpointException.class);
        }
        assertThat(Files.readString(Path.of("/proc/self/maps"))).doesNotContain("leaked-or-not");
        try (Stream<Path> handles = Files.list(Path.of("/proc/self/fd"))) {
            assertThat(handles.map(HostileFilesTest::target)).noneMatch(target -> target.contains("leaked-or-not"));
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closedMeanwhile) {
            return "";
        }
    }

    @Test
    void whatIsNotAFileIsRefused() {
        assertThatThrownBy(() -> Safetensors.open(folder).close()).hasMessageContaining("is not a file");
        assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("does not exist");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void devicesAreRefusedBeforeTheyAreRead() {
        assertThatThrownBy(() -> Safetensors.open(Path.of("/dev/zero")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("is not a file");
    }

    @Test
    void aHeaderThatWouldNotFitIntoMemoryIsRefused() throws IOException {
        long most = Header.limit();
        assertThat(most)
                .isLessThanOrEqualTo(Header.MAX_BYTES)
                .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory());
        Path file = folder.resolve("long-header");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.writeLong(Long.reverseBytes(most + 1));
            sparse.setLength(most + 1000);
        }
        assertThatThrownBy(() -> Safetensors.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("more than the");
    }
}
