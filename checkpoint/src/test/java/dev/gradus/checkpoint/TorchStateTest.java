package dev.gradus.checkpoint;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateFormat;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TorchStateTest {
    private static final Loading RENAMED =
            Loading.STRICT.renaming(name -> name.startsWith("module.") ? name.substring("module.".length()) : name);

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve("state.safetensors");
    }

    private static Parameter parameter(String name, ElementType type, long... sizes) {
        Shape shape = Shape.of(sizes);
        MemorySegment values = Arena.ofAuto().allocate(type.bytes(shape.elements()), Long.BYTES);
        MemorySegment gradient = Arena.ofAuto().allocate(type.bytes(shape.elements()), Long.BYTES);
        for (long i = 0; i < shape.elements(); i++) {
            set(values, type, i, 1.5 + i);
            set(gradient, type, i, 0.75);
        }
        return Parameter.of(name, shape, type, values).gradient(gradient);
    }

    private static void set(MemorySegment memory, ElementType type, long index, double value) {
        switch (type) {
            case FLOAT32 -> memory.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case FLOAT64 -> memory.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
            case FLOAT16 -> memory.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) value));
            default ->
                memory.setAtIndex(
                        ValueLayout.JAVA_SHORT, index, (short) (Float.floatToRawIntBits((float) value) >> 16));
        }
    }

    private static Optimizer optimizer(Rule rule, Parameter... parameters) {
        return Optimizer.of(new ParameterGroup("all", List.of(parameters), rule, 0.1));
    }

    private static Tensor tensor(String name, DataType type, Shape shape, double... numbers) {
        MemorySegment data = Arena.ofAuto().allocate(Math.max(1, (long) type.bytes() * numbers.length), Long.BYTES);
        for (int i = 0; i < numbers.length; i++) {
            switch (type) {
                case F32 -> set(data, ElementType.FLOAT32, i, numbers[i]);
                case F64 -> set(data, ElementType.FLOAT64, i, numbers[i]);
                case I64 -> data.setAtIndex(ValueLayout.JAVA_LONG, i, (long) numbers[i]);
                default -> set(data, ElementType.BFLOAT16, i, numbers[i]);
            }
        }
        return new Tensor(name, type, shape, data.asSlice(0, (long) type.bytes() * numbers.length));
    }

    private void write(Tensor... tensors) {
        Safetensors.write(file(), Map.of(), List.of(tensors));
    }

    private static Map<String, double[]> all(Optimizer optimizer) {
        Map<String, double[]> all = new TreeMap<>();
        optimizer.states().forEach(state -> all.put(state.name(), state.toArray()));
        for (ParameterState parameter : optimizer
                .<OptimizerState>save(state -> state.copy(Arena.ofAuto()))
                .parameters()) {
            all.put(parameter.name(), Objects.requireNonNull(parameter.values()).toArray());
        }
        return all;
    }

    private static void assertSame(Optimizer actual, Optimizer expected) {
        assertThat(all(actual)).usingRecursiveComparison().isEqualTo(all(expected));
    }

    private static void refuses(Path file, Optimizer optimizer, Loading options, String... sentences) {
        Map<String, double[]> before = all(optimizer);
        long completed = optimizer.completed();
        assertThatThrownBy(() -> TorchState.load(file, optimizer, options))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(sentences);
        assertThat(all(optimizer)).usingRecursiveComparison().isEqualTo(before);
        assertThat(optimizer.completed()).isEqualTo(completed);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT32", "FLOAT64", "FLOAT16", "BFLOAT16"})
    void numbersAndVectorsOfEveryTypeComeBack(ElementType type) {
        ParameterGroup group = new ParameterGroup(
                        "all", List.of(parameter("n", type), parameter("v", type, 3)), Rules.nadam(), 0.1)
                .withoutMasterWeights();
        ParameterGroup other = new ParameterGroup(
                        "all", List.of(parameter("v", type, 3), parameter("n", type)), Rules.nadam(), 0.1)
                .withoutMasterWeights();
        try (Optimizer first = Optimizer.of(group);
                Optimizer second = Optimizer.of(other)) {
            first.step();
            first.step();
            TorchState.save(file(), first);
            LoadReport report = TorchState.load(file(), second);
            assertThat(report.loaded()).containsExactlyInAnyOrder("n", "v");
            assertThat(report.isExact()).isTrue();
            assertSame(second, first);
            assertThat(second.completed("n")).isEqualTo(2);
        }
    }

    @Test
    void noNumberIsRounded() {
        try (Optimizer optimizer =
                optimizer(Rules.sgd(), parameter("n", ElementType.FLOAT32), parameter("v", ElementType.FLOAT32, 1))) {
            write(
                    tensor("n", DataType.F64, Shape.of(), 1),
                    tensor("v", DataType.F64, Shape.of(1), 1),
                    tensor("state.n.momentum_buffer", DataType.F64, Shape.of(), 0.1),
                    tensor("state.v.momentum_buffer", DataType.F64, Shape.of(1), 0.1),
                    tensor("state.n.step", DataType.F32, Shape.of(), 1));
            refuses(
                    file(),
                    optimizer,
                    Loading.STRICT,
                    "tensor \"n\" is F64, but is stored here as FLOAT32",
                    "tensor \"v\" is F64, but is stored here as FLOAT32",
                    "tensor \"state.n.momentum_buffer\" is F64, but is stored here as FLOAT32, which would round it",
                    "tensor \"state.v.momentum_buffer\" is F64, but is stored here as FLOAT32, which would round it");
        }
    }

    @Test
    void countsAboveTheNumbersOfFloat32AreExact() {
        Parameter[] parameters = {parameter("a", ElementType.FLOAT32, 2), parameter("b", ElementType.FLOAT32, 2)};
        Parameter[] others = {parameter("a", ElementType.FLOAT32, 2), parameter("b", ElementType.FLOAT32, 2)};
        try (Optimizer first = optimizer(Rules.adam(), parameters);
                Optimizer second = optimizer(Rules.adam(), others)) {
            OptimizerState state = first.save(live -> live.copy(Arena.ofAuto()));
            long[] counts = {16_777_217, 16_777_216};
            List<ParameterState> counted = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                ParameterState own = state.parameters().get(i);
                counted.add(new ParameterState(own.name(), counts[i], false, own.values(), own.states()));
            }
            first.load(new OptimizerState(16_777_219, false, counted, Map.of()));
            TorchState.save(file(), first);
            TorchState.load(file(), second);
            assertThat(second.completed("a")).isEqualTo(16_777_217);
            assertThat(second.completed("b")).isEqualTo(16_777_216);
            assertThat(second.completed()).isEqualTo(16_777_219);
            try (Safetensors written = Safetensors.open(file())) {
                assertThat(written.metadata())
                        .containsExactlyInAnyOrderEntriesOf(
                                Map.of("format", "pt", "steps_done", "16777219", "step.a", "16777217"));
                Map<String, String> stale = new TreeMap<>(written.metadata());
                stale.put("step.a", "16777219");
                Path other = folder.resolve("other");
                Safetensors.write(other, stale, written.tensors());
                refuses(
                        other,
                        second,
                        Loading.STRICT,
                        "tensor \"state.a.step\" is 1.6777216E7, but the metadata says 16777219");
            }
        }
    }

    @Test
    void aFileOfBfloat16IsWidenedForAMasterCopy() {
        ElementType half = ElementType.BFLOAT16;
        ParameterGroup alone = new ParameterGroup("all", List.of(parameter("a", half, 3)), Rules.adam(), 0.1)
                .withStateFormat(StateFormat.BFLOAT16)
                .withoutMasterWeights();
        Parameter copied = parameter("a", half, 3);
        try (Optimizer first = Optimizer.of(alone);
                Optimizer second = optimizer(Rules.adam(), copied)) {
            first.step();
            first.step();
            TorchState.save(file(), first);
            second.step();
            assertThat(TorchState.load(file(), second).loaded()).containsExactly("a");
            Map<String, double[]> expected = all(first);
            assertThat(all(second).get("a")).isEqualTo(expected.get("a"));
            assertThat(all(second).get("a/master")).isEqualTo(expected.get("a"));
            assertThat(all(second).get("a/adam.exp_avg")).isEqualTo(expected.get("a/adam.exp_avg"));
            assertThat(second.state("a/adam.exp_avg").type()).isEqualTo(ElementType.FLOAT32);
            assertThat(second.completed("a")).isEqualTo(2);
            assertThatThrownBy(() -> TorchState.save(file(), second))
                    .hasMessageContaining("has a float32 copy, which PyTorch does not keep");
        }
    }

    @Test
    void whatWouldBeRoundedSaysWhatToDo() {
        Parameter[] parameters = {parameter("a", ElementType.FLOAT32, 512)};
        try (Optimizer first = optimizer(Rules.sgd(), parameters)) {
            first.step();
            TorchState.save(file(), first);
        }
        for (StateFormat format : List.of(StateFormat.BFLOAT16, StateFormat.EIGHT_BIT)) {
            ParameterGroup group = new ParameterGroup("all", List.of(parameters), Rules.sgd(), 0.1);
            try (Optimizer narrow = Optimizer.of(group.withStateFormat(format))) {
                refuses(
                        file(),
                        narrow,
                        Loading.STRICT,
                        "tensor \"state.a.momentum_buffer\" is F32, but is stored here as ",
                        ", which would round it: load into an optimizer that stores states as FLOAT32");
            }
        }
    }

    @Test
    void aFileOfTorchSaveIsCalledWhatItIs() throws IOException {
        Files.write(file(), Arrays.copyOf(new byte[] {'P', 'K', 3, 4, 0, 0, 8, 8}, 1000));
        try (Optimizer optimizer = optimizer(Rules.sgd(), parameter("a", ElementType.FLOAT32, 1))) {
            refuses(
                    file(),
                    optimizer,
                    Loading.STRICT,
                    "a zip archive, such as torch.save writes (.pt)",
                    "save of tools/gradus_torch.py");
        }
    }

    @Test
    void prefixesCanBeTakenOff() {
        Parameter[] wrapped = {
            parameter("module.fc.weight", ElementType.FLOAT32, 2), parameter("module.fc.bias", ElementType.FLOAT32)
        };
        Parameter[] plain = {parameter("fc.weight", ElementType.FLOAT32, 2), parameter("fc.bias", ElementType.FLOAT32)};
        try (Optimizer first = optimizer(Rules.adam(), wrapped);
                Optimizer second = optimizer(Rules.adam(), plain)) {
            first.step();
            TorchState.save(file(), first);
            refuses(file(), second, Loading.STRICT, "tensor \"state.module.fc.bias.step\" is unexpected");
            LoadReport report = TorchState.load(file(), second, RENAMED);
            assertThat(report.loaded()).containsExactly("fc.weight", "fc.bias");
            assertThat(all(second).get("fc.weight/adam.exp_avg"))
                    .isEqualTo(all(first).get("module.fc.weight/adam.exp_avg"));
            assertThat(second.completed("fc.bias")).isEqualTo(1);
            refuses(file(), second, Loading.STRICT.renaming(name -> "x"), "two tensors are to be called \"x\"");
            assertThatThrownBy(() -> TorchState.load(file(), second, Loading.STRICT.restoringSettings()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no settings");
        }
    }

    @Test
    void aFileWithoutTheStateOfAnOptimizerGivesValues() {
        Parameter a = parameter("a", ElementType.FLOAT32, 2);
        try (Optimizer optimizer = optimizer(Rules.adam(), a);
                Optimizer fresh = optimizer(Rules.adam(), parameter("a", ElementType.FLOAT32, 2))) {
            optimizer.step();
            write(tensor("a", DataType.F32, Shape.of(2), 8, 9));
            refuses(
                    file(),
                    optimizer,
                    Loading.STRICT,
                    "no state of an optimizer is in the file: Loading.STRICT.onlyValues() loads its parameters alone");
            LoadReport report = TorchState.load(file(), optimizer, Loading.STRICT.onlyValues());
            assertThat(report.valuesOnly()).containsExactly("a: as asked for");
            assertThat(all(optimizer).get("a")).containsExactly(8, 9);
            assertThat(optimizer.completed("a")).isZero();
            TorchState.load(file(), fresh, Loading.STRICT.onlyValues());
            assertSame(optimizer, fresh);

            write(
                    tensor("a", DataType.F32, Shape.of(2), 3, 4),
                    tensor("bn.running_mean", DataType.F32, Shape.of(1), 0));
            refuses(file(), optimizer, Loading.STRICT.onlyValues(), "tensor \"bn.running_mean\" is unexpected");
            LoadReport part = TorchState.load(
                    file(), optimizer, Loading.STRICT.onlyValues().partial());
            assertThat(part.unused()).containsExactly("bn.running_mean");
            assertThat(all(optimizer).get("a")).containsExactly(3, 4);
            write(tensor("other", DataType.F32, Shape.of(2), 3, 4));
            refuses(
                    file(),
                    optimizer,
                    Loading.STRICT.onlyValues(),
                    "no parameter of the optimizer is in the file",
                    "tensor \"other\" is unexpected");
        }
    }

    @Test
    void whatFitsIsLoadedInPart() {
        Parameter[] some = {parameter("a", ElementType.FLOAT32, 2), parameter("gone", ElementType.FLOAT32, 2)};
        Parameter[] others = {parameter("a", ElementType.FLOAT32, 2), parameter("new", ElementType.FLOAT32, 2)};
        try (Optimizer first = optimizer(Rules.adam(), some);
                Optimizer second = optimizer(Rules.amsGrad(), others)) {
            first.step();
            first.step();
            TorchState.save(file(), first);
            second.freeze(Mask.named("a"));
            LoadReport report = TorchState.load(file(), second, Loading.STRICT.partial());
            assertThat(report.loaded()).containsExactly("a");
            assertThat(report.begun()).containsExactly("a/amsgrad.max_exp_avg_sq: is not in the checkpoint");
            assertThat(report.kept()).containsExactly("new: is not in the checkpoint");
            assertThat(report.unused())
                    .containsExactlyInAnyOrder(
                            "gone", "state.gone.exp_avg", "state.gone.exp_avg_sq", "state.gone.step");
            assertThat(second.completed("a")).isEqualTo(2);
            assertThat(second.isFrozen("a")).isTrue();
        }
    }

    @Test
    void aParameterThatWasNeverUpdatedBeginsAnew() {
        Parameter[] some = {parameter("a", ElementType.FLOAT32, 2), parameter("b", ElementType.FLOAT32, 2)};
        Parameter[] others = {parameter("a", ElementType.FLOAT32, 2), parameter("b", ElementType.FLOAT32, 2)};
        some[1].withoutGradient();
        try (Optimizer first = optimizer(Rules.adam(), some);
                Optimizer second = optimizer(Rules.adam(), others)) {
            first.step();
            TorchState.save(file(), first);
            second.step();
            second.step();
            LoadReport report = TorchState.load(file(), second);
            assertThat(report.loaded()).containsExactlyInAnyOrder("a", "b");
            assertThat(second.completed("b")).isZero();
            assertSame(second, first);
        }
    }

    @Test
    void nothingIsLoadedInEvaluationMode() {
        try (Optimizer optimizer =
                optimizer(chain(Rules.sgd(), Rules.emaWeights(0.9)), parameter("a", ElementType.FLOAT32, 2))) {
            TorchState.save(file(), optimizer);
            optimizer.evaluate();
            refuses(file(), optimizer, Loading.STRICT, "cannot be loaded in evaluation mode: call train() first");
        }
    }

    @Test
    void rowsThatMissedStepsAreNotWritten() {
        Parameter table = parameter("t", ElementType.FLOAT32, 3, 2);
        Parameter other = parameter("t", ElementType.FLOAT32, 3, 2);
        ParameterGroup group = new ParameterGroup("all", List.of(table), Rules.adam(), 0.1).withExactRows();
        ParameterGroup same = new ParameterGroup("all", List.of(other), Rules.adam(), 0.1).withExactRows();
        try (Optimizer first = Optimizer.of(group);
                Optimizer second = Optimizer.of(same)) {
            table.gradient(new long[] {1}, new float[] {1, 1});
            first.step();
            assertThatThrownBy(() -> TorchState.save(file(), first))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("parameter t has rows that have missed steps")
                    .hasMessageContaining("call catchUp() first");
            first.catchUp();
            TorchState.save(file(), first);
            TorchState.load(file(), second);
            assertSame(second, first);
        }
    }

    @Test
    void namesMayHaveSlashes() {
        Parameter[] some = {parameter("dense/kernel.0", ElementType.FLOAT32, 2), parameter("a/b", ElementType.FLOAT32)};
        Parameter[] others = {parameter("dense/kernel.0", ElementType.FLOAT32, 2), parameter("a/b", ElementType.FLOAT32)
        };
        try (Optimizer first = optimizer(Rules.adam(), some);
                Optimizer second = optimizer(Rules.adam(), others)) {
            first.step();
            TorchState.save(file(), first);
            try (Safetensors written = Safetensors.open(file())) {
                assertThat(written.tensor("state.dense/kernel.0.exp_avg")).isPresent();
            }
            TorchState.load(file(), second);
            assertSame(second, first);
        }
    }
}
