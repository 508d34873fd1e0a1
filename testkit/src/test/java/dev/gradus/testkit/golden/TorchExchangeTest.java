package dev.gradus.testkit.golden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.checkpoint.CheckpointException;
import dev.gradus.checkpoint.Safetensors;
import dev.gradus.checkpoint.Tensor;
import dev.gradus.checkpoint.TorchState;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// States that PyTorch has written after the first steps of golden cases, and those that Gradus writes.
class TorchExchangeTest {
    private static final int DONE = 10;

    @TempDir
    private static Path folder;

    @TestFactory
    Stream<DynamicTest> whatPyTorchWroteGoesOnAsPyTorchDid() {
        return cases(name -> {
            Path file = unpacked(name);
            Replay.after(golden(name), DONE, optimizer -> TorchState.load(file, optimizer));
        });
    }

    @TestFactory
    Stream<DynamicTest> whatIsWrittenIsWhatPyTorchWrote() {
        return cases(name -> {
            GoldenCase golden = golden(name);
            Path file = folder.resolve(name + ".gradus.safetensors");
            try (Trajectory trajectory = new Trajectory(golden, x -> x)) {
                golden.steps().subList(0, DONE).forEach(trajectory::step);
                TorchState.save(file, trajectory.optimizer());
            }
            try (Safetensors written = Safetensors.open(file);
                    Safetensors recorded = Safetensors.open(unpacked(name))) {
                compare(golden, byName(recorded), byName(written));
            }
        });
    }

    private static void compare(GoldenCase golden, Map<String, Tensor> recorded, Map<String, Tensor> written) {
        if (golden.algorithm().equals("sgd")) {
            // PyTorch's SGD counts no steps; its loader leaves them out.
            written.keySet().removeIf(name -> name.endsWith(".step"));
        }
        assertThat(written.keySet()).containsExactlyInAnyOrderElementsOf(recorded.keySet());
        recorded.forEach((name, tensor) -> {
            Tensor own = Objects.requireNonNull(written.get(name));
            assertThat(own.shape()).as(name).isEqualTo(tensor.shape());
            if (tensor.shape().rank() > 0) {
                assertThat(own.type()).as(name).isEqualTo(tensor.type());
            }
            String parameter = golden.params().stream()
                    .map(GoldenCase.Tensor::name)
                    .filter(p -> name.startsWith("state." + p + "."))
                    .findFirst()
                    .orElse("");
            double[] expected = numbers(tensor);
            double[] actual = numbers(own);
            try {
                double ignored = golden.tolerance().compare(name, expected, actual);
            } catch (AssertionError e) {
                String state = name.substring(name.lastIndexOf('.') + 1);
                if (parameter.isEmpty() || !Rounding.explains(golden, parameter, state, expected, actual)) {
                    throw e;
                }
            }
        });
    }

    private static double[] numbers(Tensor tensor) {
        double[] numbers = new double[(int) tensor.shape().elements()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = tensor.get(i);
        }
        return numbers;
    }

    private static Map<String, Tensor> byName(Safetensors file) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        file.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
        return byName;
    }

    @Test
    void allThatDoesNotFitIsListedAndNothingChanges() {
        float[] values = {1, 2};
        Parameter weight = Parameter.of("fc.bias", Shape.of(2), values);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(weight), Rules.adam(), 0.1))) {
            assertThatThrownBy(() -> TorchState.load(unpacked("torch-adam"), optimizer))
                    .isInstanceOfSatisfying(
                            CheckpointException.class,
                            e -> assertThat(e.problems())
                                    .contains(
                                            "tensor \"fc.bias\" has shape [5], not [2]",
                                            "tensor \"state.fc.bias.exp_avg\" has shape [5], not [2]",
                                            "tensor \"state.scale.step\" is unexpected"));
            assertThat(values).containsExactly(1, 2);
            assertThat(optimizer.completed()).isZero();
        }
    }

    @Test
    void aFloat32CopyIsRefusedForPyTorchKeepsNone() {
        Parameter half = Parameter.of(
                "w", Shape.of(2), ElementType.BFLOAT16, Arena.ofAuto().allocate(4));
        Path file = folder.resolve("half.safetensors");
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(half), Rules.adam(), 0.1))) {
            assertThatThrownBy(() -> TorchState.save(file, optimizer))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("parameter w has a float32 copy, which PyTorch does not keep");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aReaderInPythonFindsWhatWasWritten() throws IOException, InterruptedException {
        Path script = Path.of("../tools/gradus_torch.py");
        Path file = folder.resolve("python.safetensors");
        Parameter weight = Parameter.of("w", Shape.of(2), new float[] {1, 2}).gradient(new float[] {1, 1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(weight), Rules.adam(), 0.1))) {
            optimizer.step();
            TorchState.save(file, optimizer);
        }
        Process python;
        try {
            python = new ProcessBuilder("python3", script.toString(), file.toString())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            assumeTrue(false, "there is no Python here");
            throw e;
        }
        String printed = new String(python.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(python.waitFor()).as(printed).isZero();
        assertThat(printed.lines())
                .containsExactly(
                        "format: pt",
                        "steps_done: 1",
                        "state.w.exp_avg  F32  [2]",
                        "state.w.exp_avg_sq  F32  [2]",
                        "state.w.step  F32  []",
                        "w  F32  [2]");
    }

    private interface Body {
        void run(String name);
    }

    private static Stream<DynamicTest> cases(Body body) {
        List<String> names = TorchFiles.names();
        assertThat(names).hasSizeGreaterThan(40);
        return names.stream().map(name -> dynamicTest(name, () -> body.run(name)));
    }

    private static GoldenCase golden(String name) {
        GoldenFile file = new GoldenFile(GoldenFile.ownFolder().resolve(name + ".json.gz"));
        return GoldenCase.read(new Fields("", file.tree()));
    }

    private static Path unpacked(String name) {
        return TorchFiles.unpack(name, folder);
    }
}
