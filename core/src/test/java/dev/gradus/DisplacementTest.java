package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Sam;
import dev.gradus.rules.control.Sam.Neighbourhood;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.control.SkipUnusual;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What an event has moved is put back, to the bit, by a step that does not take place and by `cancelEvent()`.
class DisplacementTest {
    private static final Rule SAM = new Sam(new Descend(), 0.5, Neighbourhood.BALL);

    /// Moves the parameter by what is no power of two.
    record Push(Rule rule) implements dev.gradus.rule.Wrapper {
        static final String PUSH = "push";

        @Override
        public Step apply(Step s) {
            return s.displacement("from", "is_pushed").end().then(rule).descend();
        }

        @Override
        public Set<String> events() {
            return Set.of(PUSH);
        }

        @Override
        public Step on(String event, Step s) {
            return s.displacement("from", "is_pushed").to(s.theta().times(0.3).plus(0.7));
        }
    }

    private final double[] theta = {1};
    private final double[] gradient = {1};
    private final Parameter w = Parameter.of("w", Shape.of(1), theta).gradient(gradient);

    private Optimizer optimizer(Rule rule) {
        return Optimizer.of(new ParameterGroup("all", List.of(w), rule, 1));
    }

    @Test
    void aStepThatIsSkippedPutsTheParameterBack() {
        try (Optimizer optimizer = optimizer(chain(new SkipNonFinite(), SAM))) {
            optimizer.fire(Sam.PERTURB);
            assertThat(theta[0]).isEqualTo(1.5);
            gradient[0] = Double.NaN;
            optimizer.step();
            assertThat(theta[0]).isEqualTo(1);
            assertThat(optimizer.completed()).isZero();
            assertThat(optimizer.state("w/sam.is_perturbed").toArray()).containsExactly(0);
            gradient[0] = 0.25;
            optimizer.step();
            assertThat(theta[0]).as("a step from where it was").isEqualTo(0.75);
        }
    }

    static Stream<Rule> guards() {
        return Stream.of(
                chain(new SkipNonFinite(), SAM),
                chain(new SkipNonFinite(SkipNonFinite.Scope.TENSOR, 5), SAM),
                chain(new ScaleLoss(1, 2, 0.5, 1000), SAM),
                chain(SAM, new SkipNonFinite()),
                new Sam(chain(new SkipNonFinite(), Rules.adam())),
                new Accumulate(SAM, 9),
                chain(new SkipUnusual(4, 10, 0.99, 1), SAM),
                new Push(chain(new SkipNonFinite(), Rules.adamW())),
                chain(new SkipNonFinite(), new Push(Rules.adam()).onlyFor(Mask.named("w"))),
                chain(Rules.clipByGlobalNorm(1), new SkipNonFinite(), new Push(new Descend())));
    }

    /// For each link that can leave a step out, after an event and a step that did take place, or not.
    @ParameterizedTest
    @MethodSource("guards")
    void everyGuardPutsBackWhatEventsHaveMoved(Rule rule) {
        String event = rule.events().iterator().next();
        double[] values = new Random(3).doubles(5, -1, 1).toArray();
        double[] gradients = new Random(4).doubles(5, -1, 1).toArray();
        Parameter many = Parameter.of("w", Shape.of(5), values).gradient(gradients);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(many), rule, 0.1))) {
            optimizer.step();
            for (int round = 0; round < 2; round++) {
                double[] before = values.clone();
                optimizer.fire(event);
                assertThat(values).isNotEqualTo(before);
                double[] second = gradients.clone();
                gradients[2] = rule instanceof Accumulate ? 1 : Double.POSITIVE_INFINITY;
                optimizer.step();
                assertThat(values).as("round %s", round).isEqualTo(before);
                assertThat(optimizer.save(OptimizerState::pendingEvents)).isEmpty();
                System.arraycopy(second, 0, gradients, 0, 5);
                optimizer.step();
            }
        }
    }

    @Test
    void aParameterWithoutGradientInTheStepIsPutBack() {
        double[] other = {2};
        Parameter v = Parameter.of("v", Shape.of(1), other).gradient(new double[] {1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w, v), SAM, 1))) {
            optimizer.fire(Sam.PERTURB);
            Parameter ignored = w.withoutGradient();
            optimizer.step();
            assertThat(theta[0]).isEqualTo(1);
            assertThat(other[0]).isEqualTo(1);
            assertThat(optimizer.completed("w")).isZero();

            ignored = w.gradient(gradient);
            optimizer.fire(Sam.PERTURB);
            optimizer.step(Map.of());
            assertThat(theta[0]).as("no parameter has a gradient").isEqualTo(1);
            assertThat(other[0]).isEqualTo(1);
            assertThat(optimizer.completed()).isEqualTo(1);
        }
    }

    @Test
    void aStepOfSomeRowsPutsTheOthersBack() {
        double[] values = {1, 2, 3, 4};
        Parameter rows = Parameter.of("rows", Shape.of(2, 2), values).gradient(new double[] {1, 1, 1, 1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(rows), SAM, 1))) {
            optimizer.fire(Sam.PERTURB);
            Parameter ignored = rows.gradient(new long[] {1}, new double[] {0.5, 0.25});
            optimizer.step();
            assertThat(values).containsExactly(1, 2, 2.5, 3.75);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = ElementType.class,
            names = {"FLOAT32", "FLOAT64", "BFLOAT16", "FLOAT16"})
    void everyTypeIsPutBackToTheBit(ElementType type) {
        for (boolean master : new boolean[] {true, false}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment values = arena.allocate(type.bytes() * 8L, 64);
                MemorySegment gradients = arena.allocate(type.bytes() * 8L, 64);
                Random random = new Random(5);
                for (int i = 0; i < 8; i++) {
                    write(type, values, i, random.nextGaussian());
                    write(type, gradients, i, random.nextGaussian());
                }
                byte[] before = bytes(values);
                Parameter parameter =
                        Parameter.of("p", Shape.of(8), type, values).gradient(gradients);
                ParameterGroup group = new ParameterGroup("all", List.of(parameter), SAM, 0.1);
                try (Optimizer optimizer = Optimizer.of(master ? group : group.withoutMasterWeights())) {
                    optimizer.fire(Sam.PERTURB);
                    optimizer.fire(Sam.PERTURB);
                    assertThat(bytes(values)).isNotEqualTo(before);
                    optimizer.cancelEvent();
                    assertThat(bytes(values)).isEqualTo(before);
                    optimizer.fire(Sam.PERTURB);
                    optimizer.step(Map.of());
                    assertThat(bytes(values)).isEqualTo(before);
                }
            }
        }
    }

    private static void write(ElementType type, MemorySegment to, int index, double value) {
        switch (type) {
            case FLOAT64 -> to.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
            case FLOAT32 -> to.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case FLOAT16 -> to.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) value));
            default ->
                to.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (Float.floatToIntBits((float) value) >>> 16));
        }
    }

    private static byte[] bytes(MemorySegment memory) {
        return memory.toArray(ValueLayout.JAVA_BYTE);
    }

    @Test
    void betweenAnEventAndItsStepWhatNeedsTheWeightsIsRefused() {
        try (Optimizer optimizer = optimizer(chain(SAM, new EmaWeights(0.9)))) {
            optimizer.fire(Sam.PERTURB);
            assertThatThrownBy(optimizer::evaluate)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "evaluate() is refused between the event \"perturb\" and its step: make the step, or call"
                                    + " cancelEvent(), which puts the parameters back");
            assertThatThrownBy(() -> optimizer.freeze(Mask.named("w")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith("freeze() is refused between the event \"perturb\" and its step");
            assertThat(optimizer.isFrozen("w")).isFalse();
            optimizer.cancelEvent();
            optimizer.cancelEvent();
            assertThat(theta[0]).isEqualTo(1);
            optimizer.evaluate();
            optimizer.train();
            optimizer.freeze(Mask.named("w"));
        }
    }

    @Test
    void aResetPutsTheParameterBack() {
        try (Optimizer optimizer = optimizer(SAM)) {
            optimizer.fire(Sam.PERTURB);
            optimizer.reset(Mask.named("w"));
            assertThat(theta[0]).isEqualTo(1);
        }
    }

    @Test
    void aStateInTheMiddleIsLoadedInTheMiddle() {
        double[] copy = {1};
        double[] copyGradient = {1};
        Parameter other = Parameter.of("w", Shape.of(1), copy).gradient(copyGradient);
        try (Optimizer optimizer = optimizer(SAM);
                Optimizer loaded = Optimizer.of(new ParameterGroup("all", List.of(other), SAM, 1))) {
            optimizer.fire(Sam.PERTURB);
            OptimizerState saved = optimizer.save(state -> state.copy(Arena.ofAuto()));
            assertThat(saved.pendingEvents()).containsExactly(Sam.PERTURB);
            loaded.load(saved);
            assertThat(copy[0]).isEqualTo(1.5);
            loaded.cancelEvent();
            assertThat(copy[0]).isEqualTo(1);
            optimizer.step();
            loaded.load(saved);
            loaded.step();
            assertThat(copy).isEqualTo(theta);
        }
    }

    @Test
    void twoLinksThatMoveTheParameterAreRefused() {
        assertThatThrownBy(() -> optimizer(new Push(SAM)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("only one link of a rule can displace the parameter until its next step");
    }

    /// The same steps, whether one between them was skipped or not begun.
    @Test
    void aSkippedStepLeavesNoTraceInLaterOnes() {
        double[][] runs = new double[2][];
        for (int run = 0; run < 2; run++) {
            theta[0] = 1;
            try (Optimizer optimizer = optimizer(chain(new SkipNonFinite(), new Sam(Rules.adam())))) {
                for (int step = 0; step < 4; step++) {
                    gradient[0] = 0.3 * step - 0.4;
                    optimizer.fire(Sam.PERTURB);
                    if (run == 1 && step == 2) {
                        gradient[0] = Double.NaN;
                        optimizer.step();
                        gradient[0] = 0.3 * step - 0.4;
                        optimizer.fire(Sam.PERTURB);
                    }
                    gradient[0] = 0.2 * step - 0.1;
                    optimizer.step();
                }
                runs[run] = Stream.of(theta, optimizer.state("w/adam.exp_avg").toArray())
                        .flatMapToDouble(Arrays::stream)
                        .toArray();
            }
        }
        assertThat(runs[1]).isEqualTo(runs[0]);
    }
}
