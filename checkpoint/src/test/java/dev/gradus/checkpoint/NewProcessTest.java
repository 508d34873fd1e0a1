package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateFormat;
import dev.gradus.StateView;
import dev.gradus.expr.Shape;
import dev.gradus.rules.Rules;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Half of a training in this process, half in another, with other threads and another order of parameters.
class NewProcessTest {
    private static final int HALF = 4;

    @TempDir
    private Path folder;

    @Test
    void everyRuleGoesOnToTheBitInEveryFormatOfStates() throws IOException, InterruptedException {
        for (Rules.Entry rule : Rules.all()) {
            for (StateFormat format : StateFormat.values()) {
                try (Optimizer optimizer = optimizer(rule, format, 1, false)) {
                    steps(optimizer, 0, HALF);
                    Checkpoint.save(file("half", rule, format), optimizer);
                    steps(optimizer, HALF, 2 * HALF);
                    Checkpoint.save(file("whole", rule, format), optimizer);
                }
            }
        }
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SecondHalf.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        for (Rules.Entry rule : Rules.all()) {
            for (StateFormat format : StateFormat.values()) {
                try (Checkpoint whole = Checkpoint.open(file("whole", rule, format));
                        Checkpoint resumed = Checkpoint.open(file("resumed", rule, format))) {
                    requireEqual(whole, resumed, rule.name() + " in " + format);
                }
            }
        }
    }

    private static void requireEqual(Checkpoint whole, Checkpoint resumed, String what) {
        assertThat(resumed.completed()).isEqualTo(2 * HALF);
        assertThat(resumed.completedByParameter()).as(what).isEqualTo(whole.completedByParameter());
        List<StateView> expected = views(whole);
        List<StateView> actual = views(resumed);
        assertThat(actual.stream().map(StateView::name))
                .as(what)
                .containsExactlyElementsOf(
                        expected.stream().map(StateView::name).toList());
        for (int i = 0; i < expected.size(); i++) {
            assertThat(actual.get(i).values().mismatch(expected.get(i).values()))
                    .as(what + ": " + expected.get(i).name())
                    .isEqualTo(-1);
        }
    }

    private static List<StateView> views(Checkpoint checkpoint) {
        return checkpoint.state().parameters().stream()
                .flatMap(NewProcessTest::views)
                .sorted(Comparator.comparing(StateView::name))
                .toList();
    }

    private static Stream<StateView> views(ParameterState parameter) {
        return Stream.concat(Stream.ofNullable(parameter.values()), parameter.states().stream());
    }

    private Path file(String part, Rules.Entry rule, StateFormat format) {
        return file(folder, part, rule, format);
    }

    private static Path file(Path folder, String part, Rules.Entry rule, StateFormat format) {
        return folder.resolve(part + "-" + rule.name() + "-" + format + ".safetensors");
    }

    private static Optimizer optimizer(Rules.Entry rule, StateFormat format, int threads, boolean isReversed) {
        List<Parameter> parameters = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            float[] values = new float[20 * 30];
            Random random = new Random(name.hashCode());
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextFloat(-1, 1);
            }
            parameters.add(Parameter.of(name, Shape.of(20, 30), values).gradient(new float[values.length]));
        }
        if (isReversed) {
            Collections.reverse(parameters);
        }
        return Optimizer.of(
                new Options().withThreads(threads),
                new ParameterGroup("all", parameters, rule.rule(), rule.learningRate()).withStateFormat(format));
    }

    private static void steps(Optimizer optimizer, int from, int to) {
        for (int step = from; step < to; step++) {
            for (ParameterGroup group : optimizer.groups()) {
                for (Parameter parameter : group.parameters()) {
                    Random random = new Random(31L * step + parameter.name().hashCode());
                    for (long i = 0; i < parameter.shape().elements(); i++) {
                        Objects.requireNonNull(parameter.gradient())
                                .setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextFloat(-1, 2));
                    }
                }
            }
            optimizer.step();
        }
    }

    /// What runs in the other process.
    static final class SecondHalf {
        private SecondHalf() {}

        public static void main(String[] args) {
            Path folder = Path.of(args[0]);
            for (Rules.Entry rule : Rules.all()) {
                for (StateFormat format : StateFormat.values()) {
                    try (Optimizer optimizer = optimizer(rule, format, 3, true)) {
                        Checkpoint.load(file(folder, "half", rule, format), optimizer);
                        steps(optimizer, HALF, 2 * HALF);
                        Checkpoint.save(file(folder, "resumed", rule, format), optimizer, Map.of());
                    }
                }
            }
        }
    }

    /// A reader of safetensors in the standard library of Python, written from the format's description alone.
    private static final String PYTHON = """
            import json, struct, sys
            data = open(sys.argv[1], "rb").read()
            (length,) = struct.unpack("<Q", data[:8])
            header = json.loads(data[8 : 8 + length])
            body = data[8 + length :]
            assert (8 + length) % 8 == 0
            for name in sorted(header):
                if name != "__metadata__":
                    t = header[name]
                    begin, end = t["data_offsets"]
                    code = {"F32": "f", "F64": "d", "I64": "q"}[t["dtype"]]
                    values = struct.unpack("<%d%s" % ((end - begin) // struct.calcsize(code), code), body[begin:end])
                    print(name, t["shape"], *["%.17g" % v for v in values])
            """;

    @Test
    void aReaderOfPythonSeesTheSame() throws IOException, InterruptedException {
        Path file = folder.resolve("f.safetensors");
        float[] values = {1, -2.5f, 0.1f, Float.MIN_VALUE};
        Parameter parameter = Parameter.of("w", Shape.of(2, 2), values).gradient(new float[] {1, 1, 1, 1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(parameter), Rules.adam(), 0.1))) {
            optimizer.step();
            Checkpoint.save(file, optimizer);
        }
        Process process;
        try {
            process = new ProcessBuilder("python3", "-c", PYTHON, file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("there is no python3 here");
            return;
        }
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        assertThat(process.waitFor()).as(String.join("\n", lines)).isZero();
        assertThat(lines).hasSize(5).first().isEqualTo("/step [] 1");
        assertThat(lines.get(1)).startsWith("w [2, 2] ");
        double[] read = Stream.of(lines.get(1).substring("w [2, 2] ".length()).split(" ", -1))
                .mapToDouble(Double::parseDouble)
                .toArray();
        for (int i = 0; i < values.length; i++) {
            assertThat(read[i]).isEqualTo(values[i]);
        }
    }

    @Test
    void aFileThatPythonWroteIsRead() throws IOException {
        // As the Python library writes it: the header is followed by spaces, the metadata comes first.
        String header = "{\"__metadata__\":{\"format\":\"pt\"},"
                + "\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}   ";
        byte[] bytes = new byte[8 + header.length() + 8];
        bytes[0] = (byte) header.length();
        System.arraycopy(header.getBytes(StandardCharsets.UTF_8), 0, bytes, 8, header.length());
        bytes[bytes.length - 2] = (byte) 0x80;
        bytes[bytes.length - 1] = 0x3f;
        Path file = Files.write(folder.resolve("python"), bytes);
        try (Safetensors read = Safetensors.open(file)) {
            assertThat(read.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(read.tensor("w").orElseThrow().get(1)).isEqualTo(1);
        }
    }
}
