package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StateFormatTest {
    private static final double RATE = 1e-3;

    /// What becomes of two tensors in some steps with random gradients.
    private static List<double[]> trained(Rule rule, StateFormat format, Options options, int steps, Shape... shapes) {
        List<Parameter> parameters = new ArrayList<>();
        List<float[]> gradients = new ArrayList<>();
        Random random = new Random(1);
        for (Shape shape : shapes) {
            float[] values = new float[(int) shape.elements()];
            fill(values, random);
            float[] gradient = new float[values.length];
            gradients.add(gradient);
            parameters.add(Parameter.of("p" + parameters.size(), shape, values).gradient(gradient));
        }
        ParameterGroup group = new ParameterGroup("all", parameters, rule, RATE).withStateFormat(format);
        try (Optimizer optimizer = Optimizer.of(options, group)) {
            for (int step = 0; step < steps; step++) {
                gradients.forEach(gradient -> fill(gradient, random));
                optimizer.step();
            }
            List<double[]> all = new ArrayList<>();
            optimizer.states().forEach(state -> all.add(state.toArray()));
            parameters.forEach(parameter -> all.add(doubles(parameter)));
            return all;
        }
    }

    private static void fill(float[] values, Random random) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
    }

    private static double[] doubles(Parameter parameter) {
        double[] array = new double[(int) parameter.shape().elements()];
        Arrays.setAll(array, i -> parameter.type().read(parameter.values(), i));
        return array;
    }

    private static Options threads(int number) {
        return new Options().withThreads(number).withKernels(Options.Kernels.EAGER);
    }

    @ParameterizedTest
    @EnumSource
    void resultsDoNotDependOnThreadsOrBackends(StateFormat format) {
        Rule rule = chain(new Centralize(), Rules.adamW());
        Shape[] shapes = {Shape.of(700, 501), Shape.of(50_001, 3)};
        List<double[]> expected =
                trained(rule, format, new Options().withThreads(1).withKernels(Options.Kernels.NEVER), 3, shapes);
        for (int number : new int[] {1, 2, 3, 5}) {
            List<double[]> actual = trained(rule, format, threads(number), 3, shapes);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(Arrays.equals(actual.get(i), expected.get(i)))
                        .as("%s threads, array %s", number, i)
                        .isTrue();
            }
        }
    }

    @Test
    void averagesOfTheParametersShapeAreNarrowAndNothingElseIs() {
        Parameter large = Parameter.of("large", Shape.of(16, 20), new float[320]);
        Parameter small = Parameter.of("small", Shape.of(255), new float[255]);
        Parameter wide = Parameter.of("wide", Shape.of(320), new double[320]);
        List<Parameter> all = List.of(large, small, wide);
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("all", all, Rules.adamW(), RATE).withStateFormat(StateFormat.EIGHT_BIT))) {
            assertThat(type(optimizer, "large/adam.exp_avg")).isEqualTo(ElementType.SIGNED_8BIT);
            assertThat(type(optimizer, "large/adam.exp_avg_sq")).isEqualTo(ElementType.NON_NEGATIVE_8BIT);
            assertThat(type(optimizer, "small/adam.exp_avg")).isEqualTo(ElementType.FLOAT32);
            assertThat(type(optimizer, "wide/adam.exp_avg")).isEqualTo(ElementType.FLOAT64);
            assertThat(optimizer.state("large/adam.exp_avg").values().byteSize())
                    .isEqualTo(520);
            assertThat(optimizer.groups().getFirst().stateFormat()).isEqualTo(StateFormat.EIGHT_BIT);
        }
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("all", all, Rules.adamW(), RATE).withStateFormat(StateFormat.BFLOAT16))) {
            assertThat(type(optimizer, "large/adam.exp_avg")).isEqualTo(ElementType.BFLOAT16);
            assertThat(type(optimizer, "small/adam.exp_avg_sq")).isEqualTo(ElementType.BFLOAT16);
            assertThat(type(optimizer, "wide/adam.exp_avg")).isEqualTo(ElementType.FLOAT64);
        }
    }

    private static ElementType type(Optimizer optimizer, String state) {
        return optimizer.state(state).type();
    }

    @Test
    void eightBitsSaveThreeQuartersOfTheMemory() {
        RuleDescription adamW = RuleDescription.of(Rules.adamW(), "w", Shape.of(1 << 20));
        long exact = adamW.stateBytes(Shape.of(1 << 20), ElementType.FLOAT32, StateFormat.ARITHMETIC);
        long eight = adamW.stateBytes(Shape.of(1 << 20), ElementType.FLOAT32, StateFormat.EIGHT_BIT);
        assertThat(exact).isEqualTo(8 << 20);
        assertThat(1 - (double) eight / exact).isGreaterThan(0.74);
    }

    /// Averages are right on average: of many elements with the same gradients.
    @ParameterizedTest
    @EnumSource(names = {"BFLOAT16", "EIGHT_BIT"})
    void averagesAreRightOnAverage(StateFormat format) {
        int n = 4096;
        float[] gradient = new float[n];
        Parameter w = Parameter.of("w", Shape.of(n), new float[n]).gradient(gradient);
        try (Optimizer optimizer =
                Optimizer.of(new ParameterGroup("all", List.of(w), Rules.adamW(), RATE).withStateFormat(format))) {
            double m = 0;
            double v = 0;
            Random random = new Random(2);
            for (int step = 0; step < 600; step++) {
                double g = 0.5 + random.nextGaussian();
                Arrays.fill(gradient, (float) g);
                m += 0.1 * (g - m);
                v += 0.001 * (g * g - v);
                optimizer.step();
            }
            double meanM = Arrays.stream(optimizer.state("w/adam.exp_avg").toArray())
                    .average()
                    .orElseThrow();
            double meanV = Arrays.stream(optimizer.state("w/adam.exp_avg_sq").toArray())
                    .average()
                    .orElseThrow();
            assertThat(meanM).isCloseTo(m, within(0.01));
            assertThat(meanV).isCloseTo(v, within(0.01 * v));
        }
    }

    @Test
    void aNaNGradientIsSeenInTheStateAndTheParameter() {
        for (StateFormat format : StateFormat.values()) {
            float[] gradient = new float[600];
            Arrays.fill(gradient, 1);
            gradient[300] = Float.NaN;
            float[] values = new float[600];
            Parameter w = Parameter.of("w", Shape.of(600), values).gradient(gradient);
            try (Optimizer optimizer =
                    Optimizer.of(new ParameterGroup("all", List.of(w), Rules.adamW(), RATE).withStateFormat(format))) {
                optimizer.step();
                assertThat(values[300]).isNaN();
                assertThat(values[301]).isNotNaN();
                double[] m = optimizer.state("w/adam.exp_avg").toArray();
                assertThat(m[300]).isNaN();
                assertThat(m[255]).isNotNaN();
                assertThat(m[512]).isNotNaN();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void withoutMasterWeightsStepsTooSmallForTheTypeAddUpOnAverage(ElementType type) {
        int n = 4096;
        short one = type == ElementType.FLOAT16 ? Float.floatToFloat16(1) : (short) (Float.floatToRawIntBits(1) >>> 16);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment values = arena.allocate(2L * n, 64);
            MemorySegment gradient = arena.allocate(4L * n, 64);
            for (int i = 0; i < n; i++) {
                values.setAtIndex(ValueLayout.JAVA_SHORT, i, one);
                gradient.setAtIndex(ValueLayout.JAVA_FLOAT, i, 1);
            }
            Parameter w = Parameter.of("w", Shape.of(n), type, values).gradient(gradient, ElementType.FLOAT32);
            ParameterGroup group = new ParameterGroup("all", List.of(w), Rules.sgd(), 1e-5)
                    .with("momentum", 0)
                    .withoutMasterWeights();
            try (Optimizer optimizer = Optimizer.of(group)) {
                assertThat(optimizer.states()).noneMatch(state -> state.name().endsWith(StateStore.MASTER));
                for (int i = 0; i < 1000; i++) {
                    optimizer.step();
                }
                assertThat(Arrays.stream(doubles(w)).average().orElseThrow()).isCloseTo(0.99, within(5e-4));
            }
        }
    }

    @Test
    void whatIsDrawnDependsOnTheName() {
        List<double[]> arrays =
                trained(Rules.adamW(), StateFormat.EIGHT_BIT, threads(1), 1, Shape.of(512), Shape.of(512));
        assertThat(arrays.get(0)).isNotEqualTo(arrays.get(2));
    }
}
