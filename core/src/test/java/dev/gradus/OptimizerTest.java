package dev.gradus;

import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Scale;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class OptimizerTest {
    private static final Direction PLAIN = s -> s.direction();

    @Test
    void gradientsAreReadAndNeverWrittenUntilZerosAreAskedFor() {
        float[] g = {1, 2};
        Parameter w = Parameter.of("w", Shape.of(2), new float[] {1, 1}).gradient(g);
        try (Optimizer optimizer = optimizer(w, PLAIN)) {
            optimizer.step();
            assertThat(g).containsExactly(1, 2);
            optimizer.zeroGradients();
            assertThat(g).containsExactly(0, 0);
        }
    }

    @Test
    void aParameterWithoutGradientIsSkippedEntirely() {
        double[] a = {1, 2};
        double[] b = {3, 4};
        Parameter first = Parameter.of("a", Shape.of(2), a).gradient(new double[] {1, 1});
        Parameter second = Parameter.of("b", Shape.of(2), b);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup(
                "all", List.of(first, second), Chain.chain(Rules.adam(), Rules.shrinkWeights(0.5)), 0.1))) {
            optimizer.step();
            assertThat(b).containsExactly(3, 4);
            assertThat(optimizer.completed("b")).isZero();
            assertThat(optimizer.completed("a")).isEqualTo(1);
            assertThat(optimizer.completed()).isEqualTo(1);
            assertThat(optimizer.state("b/adam.exp_avg").toArray()).containsExactly(0, 0);
            first.withoutGradient();
            optimizer.step();
            assertThat(optimizer.completed())
                    .as("a step without any gradient is none")
                    .isEqualTo(1);
        }
    }

    @Test
    void gradientsCanBeHandedOverAtTheStep() {
        float[] values = {1, 1};
        Parameter w = Parameter.of("w", Shape.of(2), values);
        Parameter v = Parameter.of("v", Shape.of(1), new float[] {5}).gradient(new float[] {1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w, v), PLAIN, 0.5))) {
            optimizer.step(Map.of("w", MemorySegment.ofArray(new float[] {2, 4})));
            assertThat(values).containsExactly(0, -1);
            assertThat(optimizer.completed("v")).isZero();
            assertThatThrownBy(() -> optimizer.step(Map.of("w", MemorySegment.ofArray(new float[3]))))
                    .hasMessage("parameter w: its gradient must have 8 bytes, got 12");
            assertThatThrownBy(() -> optimizer.step(Map.of("x", MemorySegment.ofArray(new float[2]))))
                    .hasMessageContaining("no parameter \"x\"");
            assertThat(values).containsExactly(0, -1);
        }
    }

    @Test
    void parametersAndGroupsComeAndGoWhileTraining() {
        double[] late = {1};
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        Parameter added = Parameter.of("late", Shape.of(1), late).gradient(new double[] {1});
        try (Optimizer optimizer = optimizer(w, Rules.adam())) {
            optimizer.step();
            optimizer.add("all", added);
            optimizer.step();
            assertThat(optimizer.completed("w")).isEqualTo(2);
            assertThat(optimizer.completed("late")).isEqualTo(1);
            assertThat(late[0])
                    .as("its first step is corrected as a first step")
                    .isCloseTo(0.9, within(1e-8));
            optimizer.remove("late");
            assertThat(optimizer.states())
                    .extracting(StateView::name)
                    .containsExactly("w/adam.exp_avg", "w/adam.exp_avg_sq");
            optimizer.add(new ParameterGroup("other", List.of(added), Rules.sgd(), 1));
            optimizer.step();
            assertThat(late[0]).isCloseTo(-0.1, within(1e-8));
            optimizer.removeGroup("other");
            assertThat(optimizer.groups()).extracting(ParameterGroup::name).containsExactly("all");
        }
    }

    @Test
    void hyperparametersAreReadAndChangedByName() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        ParameterGroup group =
                new ParameterGroup("all", List.of(w), Rules.adamW(), Schedules.linear(0, 1, 10)).with("beta2", 0.5);
        try (Optimizer optimizer = Optimizer.of(group)) {
            assertThat(optimizer.hyperparameters("all"))
                    .containsEntry("adam.beta2", 0.5)
                    .containsEntry("adam.beta1", 0.9)
                    .containsEntry("decayWeights.weight_decay", 0.01)
                    .containsEntry("learning_rate", 0.0);
            optimizer.step();
            assertThat(optimizer.get("all", "learning_rate")).isEqualTo(0.1);
            optimizer.set("all", "beta1", 0.5);
            optimizer.set("all", "learning_rate", 0.25);
            assertThat(optimizer.get("all", "adam.beta1")).isEqualTo(0.5);
            assertThat(optimizer.get("all", "learning_rate")).isEqualTo(0.25);
            assertThatThrownBy(() -> optimizer.set("all", "beta2", 1.2))
                    .hasMessage("group \"all\": adam.beta2 must be in [0, 1), got 1.2");
            assertThatThrownBy(() -> optimizer.set("all", "learning_rate", Double.NaN))
                    .hasMessage("group \"all\": learning_rate must be finite, got NaN");
            assertThatThrownBy(() -> optimizer.set("all", "betta1", 0.5))
                    .hasMessage("group \"all\" has no hyperparameter \"betta1\": did you mean \"beta1\"?");
            assertThat(optimizer.get("all", "beta2")).isEqualTo(0.5);
        }
    }

    @Test
    void anAmbiguousNameMustBeSaidInFull() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1});
        Rule rule = Chain.chain(Rules.adam().named("first"), Rules.adam().named("second"));
        ParameterGroup group = new ParameterGroup("all", List.of(w), rule, 1);
        assertThatThrownBy(() -> Optimizer.of(group.with("beta1", 0.5)))
                .hasMessageContaining("first.beta1, second.beta1");
        try (Optimizer optimizer = Optimizer.of(group.with("second.beta1", 0.5))) {
            assertThat(optimizer.get("all", "first.beta1")).isEqualTo(0.9);
        }
    }

    @Test
    void aScheduleOutOfRangeIsRefusedBeforeAnythingChanges() {
        double[] values = {1};
        Parameter w = Parameter.of("w", Shape.of(1), values).gradient(new double[] {1});
        Schedule bad = completed -> completed < 1 ? 1 : Double.NaN;
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), PLAIN, bad))) {
            optimizer.step();
            assertThatThrownBy(optimizer::step).hasMessage("group \"all\": learning_rate must be in [0, inf), got NaN");
            assertThat(values).containsExactly(0);
            assertThat(optimizer.completed()).isEqualTo(1);
            Schedule ownBad = completed -> -1;
            assertThatThrownBy(() -> optimizer.set("all", "learning_rate", ownBad.perParameter()))
                    .hasMessageContaining("got -1");
        }
    }

    @Test
    void schedulesCountTheOptimizersUpdatesOrTheParametersOwn() {
        double[] a = {0};
        double[] b = {0};
        Parameter first = Parameter.of("a", Shape.of(1), a).gradient(new double[] {1});
        Parameter second = Parameter.of("b", Shape.of(1), b);
        Schedule counting = completed -> completed;
        for (boolean perParameter : new boolean[] {false, true}) {
            a[0] = 0;
            b[0] = 0;
            second.withoutGradient();
            Schedule schedule = perParameter ? counting.perParameter() : counting;
            try (Optimizer optimizer =
                    Optimizer.of(new ParameterGroup("all", List.of(first, second), PLAIN, schedule))) {
                optimizer.step();
                optimizer.step();
                second.gradient(new double[] {1});
                optimizer.step();
                assertThat(a[0]).isEqualTo(-3);
                assertThat(b[0]).isEqualTo(perParameter ? 0 : -2);
            }
        }
    }

    @Test
    void clocksCountByParameterGroupOrOptimizer() {
        for (Clock clock : Clock.values()) {
            double[] b = {0};
            Parameter first = Parameter.of("a", Shape.of(1), new double[] {0}).gradient(new double[] {1});
            Parameter second = Parameter.of("b", Shape.of(1), b);
            Parameter elsewhere =
                    Parameter.of("c", Shape.of(1), new double[] {0}).gradient(new double[] {1});
            Direction count = s -> s.direction().times(s.t());
            try (Optimizer optimizer = Optimizer.of(
                    new ParameterGroup("one", List.of(first, second), count.countingWith(clock), 1),
                    new ParameterGroup("two", List.of(elsewhere), count, 1))) {
                optimizer.step();
                first.withoutGradient();
                optimizer.step();
                second.gradient(new double[] {1});
                optimizer.step();
                assertThat(b[0])
                        .isEqualTo(
                                switch (clock) {
                                    case OWN -> -1;
                                    case GROUP_FIRST -> -2;
                                    case OPTIMIZER -> -3;
                                });
            }
        }
    }

    @Test
    void normsOverAllParametersCrossGroupsWithEqualLinksAndSkipMissingGradients() {
        double[][] values = {{0, 0}, {0}, {0}};
        Parameter a = Parameter.of("a", Shape.of(2), values[0]).gradient(new double[] {3, 0});
        Parameter b = Parameter.of("b", Shape.of(1), values[1]).gradient(new double[] {4});
        Parameter c = Parameter.of("c", Shape.of(1), values[2]);
        Rule clip = Rules.clipByGlobalNorm(1);
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("one", List.of(a, c), clip, 1),
                new ParameterGroup(
                        "two",
                        List.of(b),
                        Chain.chain(s -> s.direction(s.direction().times(1)), clip),
                        10))) {
            optimizer.step();
            assertThat(values[0][0]).isCloseTo(-0.6, within(1e-15));
            assertThat(values[1][0]).isCloseTo(-8, within(1e-14));
            assertThat(values[2][0]).isZero();
        }
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("one", List.of(a), clip, 1),
                new ParameterGroup("two", List.of(b), Rules.clipByGlobalNorm(2), 1))) {
            values[0][0] = 0;
            values[1][0] = 0;
            optimizer.step();
            assertThat(values[0][0])
                    .as("links that differ have norms of their own")
                    .isCloseTo(-1, within(1e-15));
            assertThat(values[1][0]).isCloseTo(-2, within(1e-15));
        }
    }

    @Test
    void sharedReductionsAlignOverProgramsWithDifferentNumbersOfPasses() {
        double[] a = {0};
        double[] b = {2, 2};
        Parameter first = Parameter.of("a", Shape.of(1), a).gradient(new double[] {3});
        Parameter second = Parameter.of("b", Shape.of(2), b).gradient(new double[] {2, 2});
        Rule clip = Rules.clipByGlobalNorm(1);
        Direction normalised = s -> s.direction().times(Expr.constant(4).div(sum(s.direction())));
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("one", List.of(first), clip, 1),
                new ParameterGroup("two", List.of(second), Chain.chain(normalised, clip), 1))) {
            optimizer.step();
            double norm = Math.sqrt(9 + 8);
            assertThat(a[0]).isCloseTo(-3 / norm, within(1e-15));
            assertThat(b[0]).isCloseTo(2 - 2 / norm, within(1e-15));
        }
    }

    @Test
    void linksThatWaitForEachOtherAreRefused() {
        Parameter a = Parameter.of("a", Shape.of(1), new double[] {0});
        Parameter b = Parameter.of("b", Shape.of(1), new double[] {0});
        Rule one = Rules.clipByGlobalNorm(1);
        Rule two = Rules.clipByGlobalNorm(2).named("second");
        assertThatThrownBy(() -> Optimizer.of(
                        new ParameterGroup("one", List.of(a), Chain.chain(one, two), 1),
                        new ParameterGroup("two", List.of(b), Chain.chain(two, one), 1)))
                .hasMessageContaining("opposite orders");
    }

    @Test
    void linksThatWaitedForEachOtherMayComeOneAfterTheOther() {
        Parameter a = Parameter.of("a", Shape.of(1), new double[] {0}).gradient(new double[] {1});
        Parameter b = Parameter.of("b", Shape.of(1), new double[] {0}).gradient(new double[] {1});
        Rule one = Rules.clipByGlobalNorm(1);
        Rule two = Rules.clipByGlobalNorm(2).named("second");
        ParameterGroup first = new ParameterGroup("first", List.of(a), Chain.chain(one, two), 1);
        ParameterGroup second = new ParameterGroup("second", List.of(b), Chain.chain(two, one), 1);
        try (Optimizer optimizer = Optimizer.of(first)) {
            for (int attempt = 0; attempt < 2; attempt++) {
                assertThatThrownBy(() -> optimizer.add(second))
                        .hasMessageStartingWith("group \"first\" and another reduce over all parameters");
            }
            optimizer.step();
            optimizer.removeGroup("first");
            optimizer.add(second);
            assertThatThrownBy(() -> optimizer.add(first)).hasMessageContaining("opposite orders");
            optimizer.step();
            assertThat(optimizer.completed("b")).isOne();
        }
    }

    @Test
    void aStepThatIsNotCommittedChangesNothing() {
        double[] values = {1, 1};
        double[] gradient = {1, Double.POSITIVE_INFINITY};
        Parameter w = Parameter.of("w", Shape.of(2), values).gradient(gradient);
        Rule skip = s -> s.commitIf(isFinite(s.total(s.direction())));
        try (Optimizer optimizer = optimizer(w, Chain.chain(skip, Rules.adam()))) {
            optimizer.step();
            assertThat(values).containsExactly(1, 1);
            assertThat(optimizer.completed()).isZero();
            assertThat(optimizer.completed("w")).isZero();
            assertThat(optimizer.state("w/adam.exp_avg").toArray()).containsExactly(0, 0);
            gradient[1] = 1;
            optimizer.step();
            assertThat(values[0]).isCloseTo(0.9, within(1e-7));
            assertThat(optimizer.completed("w")).isEqualTo(1);
        }
    }

    @Test
    void nonFiniteGradientsPropagateIntoTheirElementsOnly() {
        float[] values = {1, 1, 1};
        Parameter w =
                Parameter.of("w", Shape.of(3), values).gradient(new float[] {1, Float.NaN, Float.POSITIVE_INFINITY});
        try (Optimizer optimizer = optimizer(w, Rules.adam())) {
            optimizer.step();
            assertThat(values[0]).isCloseTo(0.9f, within(1e-6f));
            assertThat(values[1]).isNaN();
            assertThat(values[2]).isNaN();
        }
    }

    @Test
    void halfPrecisionParametersAreTrainedInAFloat32Copy() {
        for (ElementType type : new ElementType[] {ElementType.FLOAT16, ElementType.BFLOAT16}) {
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment values = arena.allocate(4);
                MemorySegment gradient = arena.allocate(8, 4);
                short one = type == ElementType.FLOAT16
                        ? Float.floatToFloat16(1)
                        : (short) (Float.floatToRawIntBits(1) >>> 16);
                values.setAtIndex(ValueLayout.JAVA_SHORT, 0, one);
                values.setAtIndex(ValueLayout.JAVA_SHORT, 1, one);
                gradient.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
                Parameter w = Parameter.of("w", Shape.of(2), type, values).gradient(gradient, ElementType.FLOAT32);
                try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), PLAIN, 1e-4))) {
                    for (int i = 0; i < 100; i++) {
                        optimizer.step();
                    }
                    assertThat(optimizer.state("w/master").toArray()[0]).isCloseTo(0.99, within(1e-5));
                    assertThat(type.read(values, 0))
                            .as("steps too small for the type add up")
                            .isCloseTo(0.99, within(type == ElementType.FLOAT16 ? 5e-4 : 4e-3));
                    assertThat(type.read(values, 1)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aListenerIsToldTheStepTheLearningRateAndTheNorms() {
        double[] values = {0, 0};
        Parameter w = Parameter.of("w", Shape.of(2), values).gradient(new double[] {3, 4});
        List<StepListener.Event> events = new ArrayList<>();
        StepListener listener = events::add;
        try (Optimizer optimizer = optimizer(w, Rules.sgd())) {
            optimizer.step();
            optimizer.listen(listener);
            optimizer.step();
            optimizer.forget(listener);
            optimizer.step();
        }
        assertThat(events).hasSize(1);
        StepListener.Event event = events.get(0);
        assertThat(event.group()).isEqualTo("all");
        assertThat(event.step()).isEqualTo(2);
        assertThat(event.learningRate()).isEqualTo(0.1);
        assertThat(event.gradientNorm()).isEqualTo(5);
        assertThat(event.updateNorm()).isCloseTo(0.95, within(1e-12));
    }

    @Test
    void aListenerIsToldTheLearningRateThatWasInForceByTheParametersOwnCount() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {0}).gradient(new double[] {1});
        Schedule ownCount = Schedules.linear(1, 5, 4).perParameter();
        List<Double> rates = new ArrayList<>();
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), PLAIN, ownCount))) {
            optimizer.listen(event -> rates.add(event.learningRate()));
            optimizer.step();
            optimizer.step();
        }
        assertThat(rates).containsExactly(1.0, 2.0);
    }

    @Test
    void listeningChangesNoBit() {
        float[] quiet = run(false);
        float[] heard = run(true);
        assertThat(heard).containsExactly(quiet);
    }

    private static float[] run(boolean listen) {
        Random random = new Random(5);
        float[] values = new float[3000];
        float[] gradient = new float[3000];
        Parameter w = Parameter.of("w", Shape.of(30, 100), values).gradient(gradient);
        try (Optimizer optimizer = optimizer(w, Rules.lamb())) {
            if (listen) {
                optimizer.listen(event -> {});
            }
            for (int step = 0; step < 5; step++) {
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] = (float) random.nextGaussian();
                }
                optimizer.step();
            }
        }
        return values;
    }

    @Test
    void anEventChangesStatesAndNoClock() {
        Parameter w = Parameter.of("w", Shape.of(2), new double[] {1, 1}).gradient(new double[] {2, 3});
        try (Optimizer optimizer = optimizer(w, Rules.sophia().withNTokens(10))) {
            optimizer.fire(Sophia.UPDATE_HESSIAN);
            assertThat(optimizer.state("w/sophia.hessian").toArray())
                    .containsExactly(new double[] {0.05 * 40, 0.05 * 90}, within(1e-12));
            assertThat(optimizer.completed()).isZero();
            assertThatThrownBy(() -> optimizer.fire("update_hesian"))
                    .hasMessage("no rule knows the event \"update_hesian\": did you mean \"update_hessian\"?");
        }
    }

    @Test
    void anEventConcernsOnlyTheGroupsWhoseRulesKnowIt() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {2});
        Parameter v = Parameter.of("v", Shape.of(1), new double[] {1}).gradient(new double[] {2});
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("one", List.of(w), Rules.adam(), 1),
                new ParameterGroup("two", List.of(v), Rules.sophia(), 1))) {
            optimizer.fire(Sophia.UPDATE_HESSIAN);
            assertThat(optimizer.state("v/sophia.hessian").toArray()[0]).isCloseTo(0.2, within(1e-15));
            assertThat(optimizer.state("w/adam.exp_avg").toArray()).containsExactly(0);
        }
    }

    @Test
    void initialValuesMayDependOnTheParameterAndCanBeTakenAnew() {
        double[] values = {3, 4, 0, 2};
        Parameter w = Parameter.of("w", Shape.of(2, 2), values).gradient(new double[4]);
        Rule rule = Chain.chain(PLAIN, new Descend(), new dev.gradus.rules.project.RenormalizeRows());
        try (Optimizer optimizer = optimizer(w, rule)) {
            assertThat(optimizer.state("w/renormalizeRows.norm0").toArray()).containsExactly(5, 2);
            assertThat(optimizer.state("w/renormalizeRows.norm0").shape()).isEqualTo(Shape.of(2, 1));
            values[0] = 30;
            values[1] = 40;
            optimizer.recapture("renormalizeRows.norm0");
            assertThat(optimizer.state("w/renormalizeRows.norm0").toArray()).containsExactly(50, 2);
            assertThatThrownBy(() -> optimizer.recapture("norm0"))
                    .hasMessageContaining("no parameter has a state \"norm0\"");
        }
    }

    @Test
    void someParametersStatesCanBeTakenAnew() {
        double[] values = {3, 4};
        Parameter a = Parameter.of("a", Shape.of(1, 2), values);
        Parameter b = Parameter.of("b", Shape.of(1, 2), new double[] {3, 4});
        Rule rule = Chain.chain(PLAIN, new Descend(), new dev.gradus.rules.project.RenormalizeRows());
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(a, b), rule, 0.1))) {
            values[0] = 0;
            optimizer.recapture("renormalizeRows.norm0", Set.of("b"));
            assertThat(optimizer.state("a/renormalizeRows.norm0").toArray()).containsExactly(5);
            optimizer.recapture("renormalizeRows.norm0", Set.of("a"));
            assertThat(optimizer.state("a/renormalizeRows.norm0").toArray()).containsExactly(4);
            assertThatThrownBy(() -> optimizer.recapture("renormalizeRows.norm0", Set.of("c")))
                    .hasMessageContaining("there is no parameter \"c\"");
        }
    }

    @Test
    void namesOfParametersMayHaveSlashes() {
        Parameter a = Parameter.of("a", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        Parameter nested =
                Parameter.of("a/adam.exp_avg", Shape.of(1), new double[] {1}).gradient(new double[] {2});
        Rule rule = Chain.chain(Rules.adam(), new Scale(2).onlyFor(Mask.named("a/*")));
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(a, nested), rule, 0.1))) {
            optimizer.step();
            assertThat(optimizer.states().stream().map(StateView::name))
                    .containsExactly(
                            "a/adam.exp_avg",
                            "a/adam.exp_avg_sq",
                            "a/adam.exp_avg/adam.exp_avg",
                            "a/adam.exp_avg/adam.exp_avg_sq");
            assertThat(optimizer.state("a/adam.exp_avg").toArray()[0]).isCloseTo(0.1, within(1e-15));
            assertThat(optimizer.state("a/adam.exp_avg/adam.exp_avg").toArray()[0])
                    .isCloseTo(0.2, within(1e-15));
            assertThat(1 - nested.values().get(ValueLayout.JAVA_DOUBLE, 0)).isCloseTo(0.2, within(1e-7));
            assertThat(TextForm.STANDARD.parseRule(TextForm.STANDARD.printRule(rule)))
                    .isEqualTo(rule);
        }
    }

    @Test
    void sharedNumbersAreOneForAllParametersOfALink() {
        Parameter a = Parameter.of("a", Shape.of(2), new double[] {1, 1}).gradient(new double[] {1, 2});
        Parameter b = Parameter.of("b", Shape.of(1), new double[] {1}).gradient(new double[] {3});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(a, b), Rules.prodigy(), 1))) {
            optimizer.step();
            optimizer.step();
            assertThat(optimizer.states()).extracting(StateView::name).contains("/prodigy.estim_lr");
            assertThat(optimizer.state("/prodigy.estim_lr").toArray()[0]).isGreaterThanOrEqualTo(1e-6);
            assertThat(optimizer.state("/prodigy.numerator_weighted").toArray()[0])
                    .isNotZero();
            optimizer.removeGroup("all");
            optimizer.add(new ParameterGroup("anew", List.of(a), Rules.prodigy(), 1));
            assertThat(optimizer.state("/prodigy.numerator_weighted").toArray()[0])
                    .as("what nobody shares any more is forgotten")
                    .isZero();
        }
    }

    @Test
    void masksDecideWhichParametersALinkIsFor() {
        double[] matrix = {1, 1};
        double[] bias = {1};
        Parameter w = Parameter.of("fc.weight", Shape.of(1, 2), matrix).gradient(new double[2]);
        Parameter v = Parameter.of("fc.bias", Shape.of(1), bias).gradient(new double[1]);
        Rule rule = Chain.chain(
                PLAIN, Rules.decayWeights(0.5).onlyFor(Mask.named("*.bias").not()));
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w, v), rule, 1))) {
            optimizer.step();
            assertThat(matrix).containsExactly(0.5, 0.5);
            assertThat(bias).containsExactly(1);
        }
    }

    @Test
    void memoryOfAnyKindGivesTheSameBits() {
        float[] heap = run(false);
        Random random = new Random(5);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(3000 * 4 + 1).asSlice(1);
            MemorySegment gradient = arena.allocate(3000 * 4, 64);
            Parameter w = Parameter.of("w", Shape.of(30, 100), ElementType.FLOAT32, values)
                    .gradient(gradient);
            try (Optimizer optimizer = optimizer(w, Rules.lamb())) {
                for (int step = 0; step < 5; step++) {
                    for (int i = 0; i < 3000; i++) {
                        gradient.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
                    }
                    optimizer.step();
                }
            }
            assertThat(values.toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(heap);
        }
    }

    @Test
    void badInputIsRefusedWithASentence() {
        float[] memory = new float[4];
        Parameter w = Parameter.of(
                "w", Shape.of(2), MemorySegment.ofArray(memory).asSlice(0, 8).toArray(ValueLayout.JAVA_FLOAT));
        assertThatThrownBy(() -> Parameter.of("w", Shape.of(3), new float[2]))
                .hasMessage(
                        "parameter w: its values must have 3 FLOAT32 elements (12 bytes) for shape [3], got 8 bytes");
        assertThatThrownBy(() -> Shape.of(2, -1))
                .hasMessage("shape [2, -1]: an axis must have a size of at least 0, got -1");
        assertThatThrownBy(() -> w.gradient(new float[3]))
                .hasMessage(
                        "parameter w: its gradient must have 2 FLOAT32 elements (8 bytes) for shape [2], got 12 bytes");
        assertThatThrownBy(() -> w.gradient(new double[2]))
                .hasMessage("parameter w: the gradient of a FLOAT32 parameter must be FLOAT32, got FLOAT64");
        assertThatThrownBy(() -> Parameter.of("/b", Shape.of(2), new float[2]))
                .hasMessageContaining("must not be empty or begin with '/', got \"/b\"");
        assertThatThrownBy(() -> Parameter.of(
                        "w",
                        Shape.of(2),
                        ElementType.FLOAT32,
                        MemorySegment.ofArray(new float[2]).asReadOnly()))
                .hasMessageContaining("read-only");
        assertThatThrownBy(() -> new ParameterGroup("empty", List.of(), PLAIN, 1))
                .hasMessage("group \"empty\" must have at least one parameter, got none");
        assertThatThrownBy(() -> optimizer(w, PLAIN).add("x", w)).hasMessage("there is no group \"x\": known are all");
        Parameter same = Parameter.of("w", Shape.of(2), new float[2]);
        assertThatThrownBy(() -> Optimizer.of(new ParameterGroup("g", List.of(w, same), PLAIN, 1)))
                .hasMessage("there is already a parameter \"w\": names must be unique");
        Parameter tied = Parameter.of("tied", Shape.of(2), ElementType.FLOAT32, w.values());
        assertThatThrownBy(() -> Optimizer.of(new ParameterGroup("g", List.of(w, tied), PLAIN, 1)))
                .hasMessage("parameters \"w\" and \"tied\" share memory: give tied weights once, under one name");
        assertThatThrownBy(() -> new Adam().withBeta1(1.2)).hasMessage("Adam: beta1 must be in [0, 1), got 1.2");
        assertThatThrownBy(() -> new Adam().withEps(Double.NaN)).hasMessage("Adam: eps must be in [0, inf), got NaN");
        assertThatThrownBy(() -> Optimizer.of(new ParameterGroup("g", List.of(w), PLAIN, -1)))
                .hasMessage("group \"g\": learning_rate must be in [0, inf), got -1.0");
        assertThatThrownBy(() -> optimizer(w, Chain.chain(Rules.adam(), Rules.adam())))
                .hasMessageContaining("two links are called \"adam\"");
        assertThatThrownBy(() -> optimizer(w, new dev.gradus.rules.layerwise.Centralize()))
                .hasMessageContaining("mask it");
    }

    @Test
    void theSameParameterTwiceInAGroupIsOneEntry() {
        double[] values = {1};
        Parameter tied = Parameter.of("w", Shape.of(1), values).gradient(new double[] {1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("g", List.of(tied, tied), PLAIN, 0.25))) {
            optimizer.step();
            assertThat(values[0]).isEqualTo(0.75);
        }
    }

    @Test
    void aRefusedGroupLeavesNoTrace() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        Parameter v = Parameter.of("v", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        try (Optimizer optimizer = optimizer(w, PLAIN)) {
            assertThatThrownBy(() ->
                            optimizer.add(new ParameterGroup("bad", List.of(v), Rules.prodigy(), 1).with("beta9", 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(optimizer.groups()).hasSize(1);
            assertThat(optimizer.states()).isEmpty();
            optimizer.add(new ParameterGroup("good", List.of(v), Rules.prodigy(), 1));
            assertThat(optimizer.state("/prodigy.estim_lr").toArray()).containsExactly(1e-6);
        }
    }

    @Test
    void aClosedOptimizerIsOfNoUse() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        Optimizer optimizer = optimizer(w, Rules.adam());
        optimizer.close();
        optimizer.close();
        assertThatThrownBy(optimizer::step)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the optimizer is closed");
        assertThatThrownBy(optimizer::states).hasMessage("the optimizer is closed");
    }

    @Test
    void freedMemoryIsRefusedBeforeAnythingChanges() {
        double[] values = {1};
        Parameter first = Parameter.of("a", Shape.of(1), values).gradient(new double[] {1});
        MemorySegment freed;
        try (Arena arena = Arena.ofConfined()) {
            freed = arena.allocate(8, 8);
        }
        Parameter second = Parameter.of("b", Shape.of(1), new double[] {1}).gradient(freed);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(first, second), PLAIN, 1))) {
            assertThatThrownBy(optimizer::step).hasMessage("parameter b: the memory of its gradient has been freed");
            assertThat(values).containsExactly(1);
            assertThat(optimizer.completed()).isZero();
        }
    }

    @Test
    void oneCallerAtATimeIsServed() {
        Parameter w = Parameter.of("w", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        try (Optimizer optimizer = optimizer(w, PLAIN)) {
            optimizer.listen(event -> assertThatThrownBy(optimizer::step).hasMessageContaining("one caller at a time"));
            optimizer.step();
            assertThat(optimizer.completed()).isEqualTo(1);
        }
    }

    private static Optimizer optimizer(Parameter parameter, Rule rule) {
        return Optimizer.of(new ParameterGroup("all", List.of(parameter), rule, 0.1));
    }
}
