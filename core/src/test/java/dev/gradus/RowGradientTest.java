package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.control.AddNoise;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Gradients of some rows of a table.
class RowGradientTest {
    private static final int ROWS = 200;
    private static final int COLS = 5;
    private static final int STEPS = 30;

    static Stream<Arguments> rules() {
        return Stream.of(
                Arguments.of("adam", Rules.adam()),
                Arguments.of("amsgrad with decay", chain(Rules.amsGrad(), Rules.decayWeights(0.1))),
                Arguments.of("adabelief", Rules.adaBelief()),
                Arguments.of("rectified", Rules.radam()),
                Arguments.of("momentum with an average", chain(new Momentum(0.9), new EmaWeights(0.9))),
                Arguments.of("rows clipped", chain(new ClipAdaptively(), Rules.adam())),
                Arguments.of("lookahead", Rules.lookahead(Rules.adamW())));
    }

    /// A table that is trained, with gradients of rows or of the whole.
    private static final class Table implements AutoCloseable {
        final float[] values = new float[ROWS * COLS];
        final Parameter parameter;
        final Optimizer optimizer;

        Table(Rule rule, boolean exact) {
            Random random = new Random(5);
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) random.nextGaussian();
            }
            parameter = Parameter.of("table", Shape.of(ROWS, COLS), values);
            ParameterGroup group = new ParameterGroup("all", List.of(parameter), rule, Schedules.linear(0.1, 0.01, 20));
            optimizer = Optimizer.of(exact ? group.withExactRows() : group);
        }

        void step(long[] rows, float[] gradient) {
            parameter.gradient(rows, gradient);
            optimizer.step();
        }

        /// With the same gradient as a dense one.
        void denseStep(long[] rows, float[] gradient) {
            float[] dense = new float[values.length];
            for (int i = 0; i < rows.length; i++) {
                for (int k = 0; k < COLS; k++) {
                    dense[(int) rows[i] * COLS + k] += gradient[i * COLS + k];
                }
            }
            parameter.gradient(dense);
            optimizer.step();
        }

        double[] state(String name) {
            return optimizer.state("table/" + name).toArray();
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }

    private static long[] rows(Random random, int most) {
        return random.longs(random.nextInt(most), 0, ROWS).toArray();
    }

    private static float[] gradient(Random random, int rows) {
        float[] gradient = new float[rows * COLS];
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        return gradient;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void exactRowsEqualDenseGradientsToTheBit(String name, Rule rule) {
        try (Table exact = new Table(rule, true);
                Table dense = new Table(rule, false)) {
            Random random = new Random(1);
            for (int step = 0; step < STEPS; step++) {
                long[] rows = rows(random, step % 3 == 0 ? 150 : 20);
                float[] gradient = gradient(random, rows.length);
                if (step == 12) {
                    exact.denseStep(rows, gradient);
                } else {
                    exact.step(rows, gradient);
                }
                dense.denseStep(rows, gradient);
                if (step == 20) {
                    exact.optimizer.set("all", "learning_rate", 0.02);
                    dense.optimizer.set("all", "learning_rate", 0.02);
                }
            }
            assertThat(exact.values).isNotEqualTo(dense.values);
            exact.optimizer.catchUp();
            assertThat(exact.values).containsExactly(dense.values);
            for (StateView state : dense.optimizer.states()) {
                assertThat(exact.optimizer.state(state.name()).toArray())
                        .as(state.name())
                        .containsExactly(state.toArray());
            }
            assertThat(exact.state("last_step")).containsOnly(STEPS);
        }
    }

    /// Each row alone is trained with the gradients that it gets, at the table's step counts.
    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void byDefaultRowsWithoutGradientAreNotTouched(String name, Rule rule) {
        try (Table table = new Table(rule, false)) {
            Random random = new Random(2);
            for (int step = 0; step < 10; step++) {
                float[] before = table.values.clone();
                long[] rows = rows(random, 30);
                List<Long> touched = Arrays.stream(rows).boxed().toList();
                table.step(rows, gradient(random, rows.length));
                for (int i = 0; i < table.values.length; i++) {
                    boolean same = table.values[i] == before[i];
                    assertThat(same).as("element %d of step %d", i, step).isEqualTo(!touched.contains((long) i / COLS));
                }
                assertThat(table.optimizer.completed("table")).isEqualTo(step + 1);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void aGradientOfAllRowsIsADenseOne(String name, Rule rule) {
        long[] all = IntStream.range(0, ROWS).mapToLong(i -> ROWS - 1 - i).toArray();
        try (Table rows = new Table(rule, false);
                Table dense = new Table(rule, false)) {
            Random random = new Random(3);
            for (int step = 0; step < 5; step++) {
                float[] gradient = gradient(random, ROWS);
                rows.step(all, gradient);
                dense.denseStep(all, gradient);
            }
            assertThat(rows.values).containsExactly(dense.values);
        }
    }

    @Test
    void repeatedIndicesAreSummed() {
        try (Table repeated = new Table(Rules.adam(), false);
                Table summed = new Table(Rules.adam(), false)) {
            repeated.step(new long[] {7, 3, 7}, new float[] {1, 2, 3, 4, 5, 1, 1, 1, 1, 1, 4, 3, 2, 1, 0});
            summed.step(new long[] {3, 7}, new float[] {1, 1, 1, 1, 1, 5, 5, 5, 5, 5});
            assertThat(repeated.values).containsExactly(summed.values);
        }
    }

    @Test
    void theGlobalNormOfAGradientOfRowsIsThatOfTheWholeGradient() {
        Rule rule = chain(Rules.clipByGlobalNorm(0.5), Rules.sgd());
        try (Table rows = new Table(rule, false);
                Table dense = new Table(rule, false)) {
            Random random = new Random(4);
            long[] touched = {1, 100, 60};
            float[] gradient = gradient(random, touched.length);
            rows.step(touched, gradient);
            dense.denseStep(touched, gradient);
            assertThat(rows.values).containsExactly(dense.values);
        }
    }

    @Test
    void sixteenBitTablesAreTrainedInTheirCopies() {
        for (ElementType type : List.of(ElementType.BFLOAT16, ElementType.FLOAT16)) {
            assertThat(half(type, true)).as("%s", type).containsExactly(half(type, false));
        }
    }

    private static short[] half(ElementType type, boolean byRows) {
        short[] values = new short[ROWS * COLS];
        long[] all = IntStream.range(0, ROWS).mapToLong(i -> i).toArray();
        Arrays.fill(values, type == ElementType.BFLOAT16 ? (short) 0x3F80 : (short) 0x3C00);
        short[] gradient = values.clone();
        Parameter table = Parameter.of("table", Shape.of(ROWS, COLS), type, MemorySegment.ofArray(values));
        if (byRows) {
            table.gradient(new RowGradient(MemorySegment.ofArray(all), MemorySegment.ofArray(gradient)));
        } else {
            table.gradient(MemorySegment.ofArray(gradient));
        }
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(table), Rules.adamW(), 0.1))) {
            optimizer.step();
            optimizer.step();
        }
        return values;
    }

    @Test
    void randomNumbersOfAStepDoNotDependOnTheStepsBeforeIt() {
        Rule rule = chain(new AddNoise(), Rules.adam());
        try (Arena arena = Arena.ofConfined();
                Table table = new Table(rule, false)) {
            Random random = new Random(3);
            for (int rows : new int[] {150, 3, 3}) {
                long[] indices = random.longs(rows, 0, ROWS).toArray();
                float[] gradient = gradient(random, rows);
                try (Table resumed = new Table(rule, false)) {
                    resumed.optimizer.load(table.optimizer.save(state -> state.copy(arena)));
                    table.step(indices, gradient);
                    resumed.step(indices, gradient);
                    assertThat(resumed.values).containsExactly(table.values);
                }
            }
        }
    }

    @Test
    void evaluatingDoesNotDependOnTheGradientOfRows() {
        try (Table table = new Table(chain(Rules.adam(), new EmaWeights(0.5)), false)) {
            table.step(new long[] {1}, new float[COLS]);
            table.parameter.gradient(new long[] {ROWS}, new float[COLS]);
            table.optimizer.evaluate();
            assertThat(table.optimizer.isEvaluating()).isTrue();
            table.optimizer.train();
            assertThatThrownBy(table.optimizer::step).hasMessageContaining("must be a row in 0 … 199, got 200");
        }
    }

    @Test
    void rulesThatReduceOverRowsAreRefusedBeforeAnythingChanges() {
        try (Table table = new Table(Rules.lamb(), false)) {
            float[] before = table.values.clone();
            table.parameter.gradient(new long[] {1}, new float[COLS]);
            assertThatThrownBy(table.optimizer::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "parameter table cannot have a gradient of rows: the rule reduces over rows that have no"
                                    + " gradient");
            assertThat(table.values).containsExactly(before);
        }
        try (Table table = new Table(Rules.accumulate(Rules.adam(), 2), false)) {
            table.parameter.gradient(new long[] {1}, new float[COLS]);
            assertThatThrownBy(table.optimizer::step).hasMessageEndingWith("the rule collects gradients");
        }
        try (Table table = new Table(chain(Rules.clipByGlobalNorm(1), Rules.adam()), true)) {
            table.parameter.gradient(new long[] {1}, new float[COLS]);
            assertThatThrownBy(table.optimizer::step).hasMessageContaining("combines all parameters");
        }
    }

    @Test
    void anIndexOutOfRangeIsRefusedBeforeAnythingChanges() {
        try (Table table = new Table(Rules.adam(), false)) {
            float[] before = table.values.clone();
            table.parameter.gradient(new long[] {3, ROWS}, new float[2 * COLS]);
            assertThatThrownBy(table.optimizer::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("parameter table: index 1 of its gradient must be a row in 0 … 199, got 200");
            assertThat(table.values).containsExactly(before);
            assertThat(table.optimizer.completed()).isZero();
            assertThatThrownBy(() -> table.parameter.gradient(new long[] {3}, new float[2]))
                    .hasMessage("parameter table: its gradient of 1 rows must have 20 bytes, got 8");
        }
    }

    @Test
    void indicesMayLieInNativeMemory() {
        try (Table table = new Table(Rules.adam(), false);
                Table other = new Table(Rules.adam(), false);
                Arena arena = Arena.ofConfined()) {
            float[] gradient = {1, 2, 3, 4, 5};
            MemorySegment indices = arena.allocate(Long.BYTES, 8);
            indices.setAtIndex(ValueLayout.JAVA_LONG, 0, 9);
            table.parameter.gradient(new RowGradient(indices, MemorySegment.ofArray(gradient)));
            table.optimizer.step();
            other.step(new long[] {9}, gradient);
            assertThat(table.values).containsExactly(other.values);
        }
    }
}
