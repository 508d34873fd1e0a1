package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.expr.State.Role;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Prodigy;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OptimizerStateTest {
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void free() {
        arena.close();
    }

    private static Parameter parameter(String name, float... values) {
        float[] gradient = values.clone();
        return Parameter.of(name, Shape.of(values.length), values).gradient(gradient);
    }

    private static Optimizer optimizer(Rule rule, Parameter... parameters) {
        return Optimizer.of(new ParameterGroup("all", List.of(parameters), rule, 0.1));
    }

    private OptimizerState copy(Optimizer optimizer) {
        return optimizer.save(state -> state.copy(arena));
    }

    private static List<String> texts(Optimizer optimizer) {
        return optimizer.save(state -> state.parameters().stream()
                .flatMap(p -> Stream.concat(Stream.ofNullable(p.values()), p.states().stream())
                        .map(view -> p.completed() + " " + view.name() + " " + Arrays.toString(view.toArray())))
                .toList());
    }

    @Test
    void whatDoesNotFitIsListedInFullAndNothingChanges() {
        try (Optimizer saved = optimizer(Rules.adam(), parameter("a", 1, 2), parameter("gone", 1), parameter("c", 1));
                Optimizer other = optimizer(
                        Rules.amsGrad(), parameter("a", 3, 4), parameter("new", 1), parameter("c", 1, 2, 3))) {
            saved.step();
            List<String> before = texts(other);
            OptimizerState state = copy(saved);
            assertThat(other.misfits(state)).hasSizeGreaterThanOrEqualTo(6);
            assertThatThrownBy(() -> other.load(state)).isInstanceOfSatisfying(StateMismatchException.class, e -> {
                assertThat(e.problems()).isEqualTo(other.misfits(state));
                assertThat(e.problems())
                        .contains("parameter gone is unexpected", "parameter new is missing")
                        .contains("parameter c has shape [1], not [3]")
                        .anyMatch(p -> p.startsWith("state a/") && p.endsWith("max_exp_avg_sq is missing"));
            });
            assertThat(texts(other)).isEqualTo(before);
            assertThat(other.completed()).isZero();
        }
    }

    @Test
    void anotherFormatOfStatesIsRefused() {
        float[] values = new float[300];
        ParameterGroup group =
                new ParameterGroup("all", List.of(Parameter.of("a", Shape.of(300), values)), Rules.adam(), 0.1);
        try (Optimizer saved = Optimizer.of(group.withStateFormat(StateFormat.EIGHT_BIT));
                Optimizer other = Optimizer.of(group)) {
            OptimizerState state = copy(saved);
            assertThatThrownBy(() -> other.load(state)).hasMessageContaining("is stored as SIGNED_8BIT, not FLOAT32");
        }
    }

    @Test
    void negativeCountsAndParametersGivenTwiceAreRefused() {
        try (Optimizer optimizer = optimizer(Rules.sgd(), parameter("a", 1))) {
            OptimizerState state = copy(optimizer);
            ParameterState a = state.parameters().getFirst();
            ParameterState negative = new ParameterState("a", -1, false, a.values(), a.states());
            OptimizerState wrong = new OptimizerState(-7, false, List.of(negative, a), Map.of());
            assertThat(optimizer.misfits(wrong))
                    .containsExactly(
                            "the optimizer: the number of completed updates must be at least 0, got -7",
                            "parameter a: the number of completed updates must be at least 0, got -1",
                            "parameter a is given twice");
        }
    }

    @Test
    void aNumberThatALinkSharesMustHaveOneValue() {
        try (Optimizer optimizer = optimizer(new Prodigy(), parameter("a", 1), parameter("b", 2))) {
            optimizer.step();
            OptimizerState state = copy(optimizer);
            assertThat(optimizer.misfits(state)).isEmpty();
            ParameterState b = state.parameters().get(1);
            List<StateView> states = new ArrayList<>();
            for (StateView view : b.states()) {
                boolean isNumber = view.role() == Role.SCALAR;
                MemorySegment one = MemorySegment.ofArray(new double[] {1234});
                states.add(isNumber ? new StateView(view.name(), view.shape(), view.type(), view.role(), one) : view);
            }
            ParameterState changed = new ParameterState("b", 1, false, b.values(), states);
            OptimizerState wrong =
                    new OptimizerState(1, false, List.of(state.parameters().getFirst(), changed), Map.of());
            assertThat(optimizer.misfits(wrong))
                    .isNotEmpty()
                    .allMatch(
                            problem -> problem.endsWith("are one number that their link shares, but have two values"));
        }
    }

    @Test
    void freezingEvaluationModeAndTheFirstMemberOfAGroupAreKept() {
        Rule rule = chain(Rules.adam(), Rules.decayWeights(0.1));
        try (Optimizer saved = optimizer(rule, parameter("z", 1), parameter("a", 2), parameter("k", 3));
                Optimizer other = optimizer(rule, parameter("a", 0), parameter("k", 0), parameter("z", 0))) {
            saved.step();
            saved.freeze(Mask.named("a"));
            saved.step();
            saved.evaluate();
            other.load(copy(saved));
            assertThat(other.isEvaluating()).isTrue();
            assertThat(other.isFrozen("a")).isTrue();
            assertThat(other.isFrozen("z")).isFalse();
            assertThat(other.completed()).isEqualTo(2);
            assertThat(Stream.of("a", "k", "z").collect(Collectors.toMap(n -> n, other::completed)))
                    .isEqualTo(Map.of("a", 1L, "k", 2L, "z", 2L));
            assertThat(other.groups().getFirst().parameters().stream().map(Parameter::name))
                    .containsExactly("z", "a", "k");
            assertThat(texts(other)).isEqualTo(texts(saved));
        }
    }

    @Test
    void statesAloneLeaveTheParametersAsTheyAre() {
        try (Optimizer saved = optimizer(Rules.adam(), parameter("a", 1));
                Optimizer other = optimizer(Rules.adam(), parameter("a", 5))) {
            saved.step();
            other.load(copy(saved).withoutValues());
            assertThat(other.groups()
                            .getFirst()
                            .parameters()
                            .getFirst()
                            .values()
                            .get(ValueLayout.JAVA_FLOAT, 0))
                    .isEqualTo(5);
            assertThat(other.state("a/adam.exp_avg").toArray())
                    .isEqualTo(saved.state("a/adam.exp_avg").toArray())
                    .isNotEqualTo(new double[] {0});
        }
    }

    @Test
    void nothingIsLoadedIntoMemoryThatHasBeenFreed() {
        Optimizer optimizer;
        OptimizerState state;
        try (Arena gone = Arena.ofShared()) {
            Parameter first = Parameter.of("a", Shape.of(1), ElementType.FLOAT32, gone.allocate(4));
            optimizer = optimizer(Rules.adam(), first, parameter("b", 1));
            state = copy(optimizer);
        }
        try (optimizer) {
            assertThatThrownBy(() -> optimizer.load(state))
                    .isInstanceOf(StateMismatchException.class)
                    .hasMessageContaining("parameter a: the memory of its values has been freed");
        }
    }

    @Test
    void rowsThatHaveMissedStepsMakeUpForThemAfterLoading() {
        try (Optimizer undisturbed = table();
                Optimizer saved = table();
                Optimizer loaded = table()) {
            for (Optimizer optimizer : List.of(undisturbed, saved)) {
                stepRow(optimizer, 0);
                stepRow(optimizer, 1);
                stepRow(optimizer, 1);
            }
            OptimizerState state = copy(saved);
            loaded.load(state);
            for (Optimizer optimizer : List.of(undisturbed, loaded)) {
                stepRow(optimizer, 0);
                optimizer.catchUp();
            }
            assertThat(texts(loaded)).isEqualTo(texts(undisturbed));

            ParameterState a = state.parameters().getFirst();
            for (double wrong : new double[] {-1, 4, 1.5, Double.NaN}) {
                List<StateView> states = a.states().stream()
                        .map(view -> view.name().equals("a/last_step")
                                ? new StateView(
                                        view.name(),
                                        view.shape(),
                                        view.type(),
                                        view.role(),
                                        MemorySegment.ofArray(new double[] {1, wrong}))
                                : view)
                        .toList();
                ParameterState changed = new ParameterState("a", 3, false, a.values(), states);
                assertThat(loaded.misfits(new OptimizerState(3, false, List.of(changed), Map.of())))
                        .containsExactly(
                                "state a/last_step: the last step of row 1 must be one of 0 … 3, got " + wrong);
            }
        }
    }

    private static Optimizer table() {
        Parameter parameter = Parameter.of("a", Shape.of(2, 2), new float[] {1, 2, 3, 4});
        return Optimizer.of(new ParameterGroup("all", List.of(parameter), Rules.adam(), 0.1).withExactRows());
    }

    private static void stepRow(Optimizer optimizer, long row) {
        Parameter parameter = optimizer.groups().getFirst().parameters().getFirst();
        parameter.gradient(new long[] {row}, new float[] {0.5f, -1});
        optimizer.step();
    }

    @Test
    void noStepHappensWhileAStateIsShown() {
        try (Optimizer optimizer = optimizer(Rules.adam(), parameter("a", 1))) {
            assertThatThrownBy(() -> optimizer.save(state -> {
                        optimizer.step();
                        return state;
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another call is in progress");
            optimizer.step();
            assertThat(optimizer.completed()).isOne();
        }
    }
}
