package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Half of a training in this process, half in another: with other threads, and groups and parameters in another
/// order.
class NewProcessTest {
    @TempDir
    private Path folder;

    @Test
    void everythingGoesOnToTheBit() throws IOException, InterruptedException {
        List<Scenario> rows =
                Scenarios.withRows().stream().filter(Scenario::isPossible).toList();
        assertThat(rows).hasSizeGreaterThan(80);
        List<String> expected = new ArrayList<>();
        for (Scenario scenario : joined(Scenarios.all(), rows)) {
            try (Scenario.Run run = scenario.new Run(false)) {
                run.steps(0, Scenario.INTERRUPTED);
                if (scenario.isEvaluated()) {
                    run.optimizer.evaluate();
                }
                save(file(folder, scenario), run.optimizer);
                run.optimizer.train();
                run.steps(Scenario.INTERRUPTED, Scenario.END);
                expected.add(bits(scenario, run.optimizer));
            }
        }
        String ignored = ChildProcess.run(ChildProcess.command(
                List.of("--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1"),
                Later.class,
                folder.toString()));
        List<String> resumed = Files.readAllLines(folder.resolve(Later.ENDED));
        assertThat(resumed).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(resumed.get(i)).isEqualTo(expected.get(i));
        }
    }

    private static List<Scenario> joined(List<Scenario> some, List<Scenario> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    /// Saves without waiting for the disk.
    private static void save(Path file, Optimizer optimizer) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            AtomicFile.Content content = optimizer.save(
                    state -> Contents.of(state, optimizer.groups(), Map.of()).content(file));
            content.writeTo(channel);
        }
    }

    private static Path file(Path folder, Scenario scenario) {
        return folder.resolve(scenario.name());
    }

    /// All that an optimizer goes on with, by name, in a line.
    private static String bits(Scenario scenario, Optimizer optimizer) {
        Map<String, String> bits = new TreeMap<>();
        OptimizerState state = optimizer.save(live -> {
            for (ParameterState parameter : live.parameters()) {
                bits.put(parameter.name() + "/", parameter.completed() + " " + parameter.isFrozen());
                Stream.concat(Stream.ofNullable(parameter.values()), parameter.states().stream())
                        .forEach(view -> bits.put(
                                view.name(), view.type() + " " + view.shape() + " " + Chunks.checksum(view.values())));
            }
            return live;
        });
        return scenario.name() + " after " + state.completed() + ": " + bits + new TreeMap<>(state.numbers());
    }

    /// What runs in the other process.
    static final class Later {
        static final String ENDED = "ended";

        private Later() {}

        public static void main(String[] args) throws IOException {
            Path folder = Path.of(args[0]);
            List<String> ended = new ArrayList<>();
            for (Scenario scenario : joined(Scenarios.all(), Scenarios.withRows())) {
                Path file = file(folder, scenario);
                if (Files.exists(file)) {
                    try (Scenario.Run run = scenario.new Run(true)) {
                        assertThat(Checkpoint.load(file, run.optimizer).isExact())
                                .as(scenario.name())
                                .isTrue();
                        run.optimizer.train();
                        run.steps(Scenario.INTERRUPTED, Scenario.END);
                        ended.add(bits(scenario, run.optimizer));
                    }
                }
            }
            Files.write(folder.resolve(ENDED), ended);
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
