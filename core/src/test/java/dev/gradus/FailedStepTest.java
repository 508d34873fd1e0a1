package dev.gradus;

import static dev.gradus.expr.Formulas.transform;
import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Steps of which a part fails: parameters a to d go through a function of the caller's in the middle of the step, and
/// that of b does what a test has it do.
class FailedStepTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d");
    private static final Mask B = Mask.named("b");

    private final Hook hook = new Hook();

    private static Parameter parameter(String name, int size) {
        float[] values = new float[size];
        float[] gradient = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = i + name.charAt(0);
            gradient[i] = 1 - i;
        }
        return Parameter.of(name, Shape.of(size), values).gradient(gradient);
    }

    private static Optimizer optimizer(Rule rule, int size) {
        List<Parameter> parameters =
                NAMES.stream().map(name -> parameter(name, size)).toList();
        return Optimizer.of(new Options().withThreads(3), new ParameterGroup("all", parameters, rule, 0.1));
    }

    private static Parameter parameterOf(Optimizer optimizer, String name) {
        return optimizer.groups().getFirst().parameters().stream()
                .filter(parameter -> parameter.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static IncompleteStepException failure(Optimizer optimizer) {
        return catchThrowableOfType(IncompleteStepException.class, optimizer::step);
    }

    static Stream<Throwable> causes() {
        return Stream.of(
                new IllegalArgumentException("boom"),
                new OutOfMemoryError("boom"),
                new StackOverflowError("boom"),
                new InterruptedException("boom"));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void allOtherParametersAreUpdatedWhateverFails(Throwable cause) {
        for (int size : new int[] {3, 30_000, 200_000}) {
            try (Optimizer optimizer = optimizer(chain(hook.in(B), Rules.adam()), size);
                    Optimizer expected = optimizer(chain(hook.in(B), Rules.adam()), size)) {
                hook.doesNothing();
                optimizer.step();
                expected.step();
                hook.fails(cause);
                IncompleteStepException failure = failure(optimizer);
                assertThat(failure)
                        .hasMessage("the step failed at parameter \"b\": boom; updated: a, c, d; as before: b")
                        .hasCause(cause);
                assertThat(failure.updated()).containsExactly("a", "c", "d");
                assertThat(failure.partlyUpdated()).isEmpty();
                assertThat(failure.untouched()).containsExactly("b");

                Parameter b = parameterOf(expected, "b");
                MemorySegment gradient = Objects.requireNonNull(b.gradient());
                b.withoutGradient();
                expected.step();
                assertThat(Snapshot.of(optimizer)).isEqualTo(Snapshot.of(expected));

                // Each parameter is whole, so that it can go on.
                hook.doesNothing();
                b.gradient(gradient);
                optimizer.step();
                expected.step();
                assertThat(Snapshot.of(optimizer)).isEqualTo(Snapshot.of(expected));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 200_000})
    void nothingGoesOnUntilAParameterThatIsUpdatedInPartIsLoaded(int size) {
        // The momentum is written before the function is called, the values after it.
        Rule rule = chain(Rules.sgd(), hook.in(B));
        try (Arena arena = Arena.ofConfined();
                Optimizer optimizer = optimizer(rule, size)) {
            optimizer.step();
            OptimizerState saved = optimizer.save(state -> state.copy(arena));
            Map<String, String> before = Snapshot.of(optimizer);
            hook.fails(new IllegalArgumentException("boom"));
            IncompleteStepException failure = failure(optimizer);
            assertThat(failure.updated()).containsExactly("a", "c", "d");
            assertThat(failure.partlyUpdated()).containsExactly("b");
            assertThat(failure.untouched()).isEmpty();
            assertThat(optimizer.completed("b")).isEqualTo(1);
            assertThat(optimizer.completed("c")).isEqualTo(2);

            hook.doesNothing();
            Map<String, String> broken = Snapshot.of(optimizer);
            List<Runnable> refused = List.of(
                    optimizer::step,
                    optimizer::evaluate,
                    optimizer::catchUp,
                    () -> optimizer.set("all", "learning_rate", 1),
                    () -> optimizer.save(state -> state));
            for (Runnable each : refused) {
                assertThatThrownBy(each::run)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("parameters that may be updated in part, because a step or load failed,"
                                + " must be loaded, reset or removed first: b");
            }
            assertThat(Snapshot.of(optimizer)).isEqualTo(broken);

            optimizer.load(saved);
            assertThat(Snapshot.of(optimizer)).isEqualTo(before);
            optimizer.step();
            assertThat(optimizer.completed()).isEqualTo(2);
        }
    }

    @Test
    void aParameterThatIsUpdatedInPartCanBeResetOrRemoved() {
        for (boolean reset : new boolean[] {true, false}) {
            hook.doesNothing();
            try (Optimizer optimizer = optimizer(chain(Rules.sgd(), hook.in(B)), 3)) {
                hook.fails(new IllegalArgumentException("boom"));
                assertThat(failure(optimizer).partlyUpdated()).containsExactly("b");
                hook.doesNothing();
                optimizer.reset(Mask.named("a"));
                assertThatThrownBy(optimizer::step).hasMessageEndingWith("first: b");
                if (reset) {
                    optimizer.reset(B);
                    assertThat(optimizer.completed("b")).isZero();
                } else {
                    optimizer.remove("b");
                }
                optimizer.step();
                assertThat(optimizer.completed("c")).isEqualTo(2);
            }
        }
    }

    @Test
    void aLoadThatFailsInTheMiddleMustBeMadeAgain() {
        try (Arena arena = Arena.ofConfined();
                Optimizer optimizer = optimizer(Rules.adam(), 3)) {
            optimizer.step();
            OptimizerState good = optimizer.save(state -> state.copy(arena));
            Map<String, String> before = Snapshot.of(optimizer);
            OptimizerState bad;
            try (Arena closed = Arena.ofConfined()) {
                bad = optimizer.save(state -> new OptimizerState(
                        state.completed(),
                        false,
                        state.parameters().stream()
                                .map(each -> each.copy(each.name().equals("b") ? closed : arena))
                                .toList(),
                        Map.of()));
            }
            optimizer.step();
            assertThatThrownBy(() -> optimizer.load(bad)).hasMessage("Already closed");
            assertThatThrownBy(optimizer::step).hasMessageEndingWith("first: b, c, d");
            optimizer.load(good);
            assertThat(Snapshot.of(optimizer)).isEqualTo(before);
            optimizer.step();
        }
    }

    @Test
    void aFailureBeforeAnythingIsUpdatedChangesNothing() {
        for (int size : new int[] {3, 200_000}) {
            try (Optimizer optimizer = optimizer(Rules.clipByGlobalNorm(1), size)) {
                optimizer.step();
                @SuppressWarnings("MustBeClosedChecker") // the schedule closes it
                Arena arena = Arena.ofShared();
                Parameter c = parameterOf(optimizer, "c");
                MemorySegment gradient = Objects.requireNonNull(c.gradient());
                c.gradient(arena.allocate(4L * size, 4));
                // Called when a step has begun. All others wait for the norm of c.
                AtomicBoolean closes = new AtomicBoolean();
                optimizer.set("all", "learning_rate", completed -> {
                    if (closes.get()) {
                        arena.close();
                    }
                    return 0.1;
                });
                closes.set(true);
                Map<String, String> before = Snapshot.of(optimizer);
                assertThatThrownBy(optimizer::step)
                        .isExactlyInstanceOf(IllegalStateException.class)
                        .hasMessage("the step failed at parameter \"c\": Already closed; nothing has changed");
                assertThat(Snapshot.of(optimizer)).isEqualTo(before);
                c.gradient(gradient);
                optimizer.set("all", "learning_rate", 0.1);
                optimizer.step();
                assertThat(optimizer.completed("c")).isEqualTo(2);
            }
        }
    }

    @Test
    void aFunctionCannotStepInsideOfAStep() {
        try (Optimizer optimizer = optimizer(chain(hook.in(B), Rules.adam()), 3)) {
            hook.does(optimizer::step);
            assertThat(failure(optimizer))
                    .hasMessageStartingWith("the step failed at parameter \"b\": an optimizer serves one caller at a"
                            + " time: another call is in progress; updated: a, c, d");
            hook.does(optimizer::close);
            assertThat(failure(optimizer)).hasMessageContaining("another call is in progress");
            hook.doesNothing();
            optimizer.step();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void memoryThatIsFreedInTheMiddleConcernsItsParameterOnly(boolean ofGradient) {
        for (int size : new int[] {3, 200_000}) {
            hook.doesNothing();
            @SuppressWarnings("MustBeClosedChecker") // the hook closes it
            Arena arena = Arena.ofShared();
            MemorySegment memory = arena.allocate(4L * size, 64);
            Parameter c = ofGradient
                    ? parameter("c", size).gradient(memory)
                    : Parameter.of("c", Shape.of(size), ElementType.FLOAT32, memory)
                            .gradient(new float[size]);
            // One thread, so that c comes after b.
            try (Optimizer optimizer = Optimizer.of(
                    new Options().withThreads(1),
                    new ParameterGroup(
                            "all",
                            List.of(parameter("a", size), parameter("b", size), c, parameter("d", size)),
                            chain(hook.in(B), Rules.adam()),
                            0.1))) {
                optimizer.step();
                hook.does(arena::close);
                IncompleteStepException failure = failure(optimizer);
                assertThat(failure)
                        .hasMessage("the step failed at parameter \"c\": Already closed; updated: a, b, d;"
                                + " perhaps updated in part: c");
                hook.doesNothing();
                assertThatThrownBy(optimizer::step).hasMessageEndingWith("first: c");
                if (ofGradient) {
                    optimizer.reset(Mask.named("c"));
                    c.withoutGradient();
                } else {
                    assertThatThrownBy(() -> optimizer.reset(Mask.named("*")))
                            .hasMessage("parameter c: the memory of its values has been freed");
                    optimizer.remove("c");
                }
                optimizer.step();
                assertThat(optimizer.completed()).isEqualTo(3);
                assertThat(optimizer.completed("d")).isEqualTo(3);
            }
        }
    }

    @Test
    void rowsThatCannotBePutBackConcernTheirParameterOnly() {
        try (Arena states = Arena.ofConfined()) {
            @SuppressWarnings("MustBeClosedChecker") // the hook closes it
            Arena arena = Arena.ofShared();
            MemorySegment table = arena.allocate(4L * 10 * 3, 64);
            Parameter c = Parameter.of("c", Shape.of(10, 3), ElementType.FLOAT32, table)
                    .gradient(new long[] {7, 2}, new float[6]);
            try (Optimizer optimizer = Optimizer.of(new ParameterGroup(
                    "all", List.of(parameter("a", 3), parameter("b", 3), c), chain(hook.in(B), Rules.adam()), 0.1))) {
                optimizer.step();
                OptimizerState saved = optimizer.save(state -> state.copy(states));
                hook.does(arena::close);
                assertThat(failure(optimizer))
                        .hasMessage("the step failed at parameter \"c\": Already closed; updated: a, b;"
                                + " perhaps updated in part: c");
                assertThat(optimizer.completed("c")).isEqualTo(1);
                hook.doesNothing();
                assertThatThrownBy(() -> optimizer.load(saved))
                        .isInstanceOf(StateMismatchException.class)
                        .hasMessageContaining("parameter c: the memory of its values has been freed");
                optimizer.remove("c");
                optimizer.step();
            }
        }
    }

    @Test
    void aModeThatIsReachedInPartMustBeMendedByLoading() {
        Rule rule = chain(Rules.adam(), new EmaWeights(0.5).onlyFor(B.not()), new Swap(hook).onlyFor(B));
        try (Arena arena = Arena.ofConfined();
                Optimizer optimizer = optimizer(rule, 3)) {
            optimizer.step();
            OptimizerState saved = optimizer.save(state -> state.copy(arena));
            Map<String, String> before = Snapshot.of(optimizer);
            optimizer.evaluate();
            optimizer.train();
            assertThat(Snapshot.of(optimizer)).isEqualTo(before);
            hook.fails(new IllegalArgumentException("boom"));
            IncompleteStepException failure = catchThrowableOfType(IncompleteStepException.class, optimizer::evaluate);
            assertThat(failure)
                    .hasMessage("the event evaluate failed at parameter \"b\": boom; updated: a, c, d;"
                            + " perhaps updated in part: b");
            assertThat(optimizer.isEvaluating()).isFalse();
            assertThatThrownBy(optimizer::step).hasMessageEndingWith("first: a, b, c, d");
            optimizer.load(saved);
            assertThat(Snapshot.of(optimizer)).isEqualTo(before);
            hook.doesNothing();
            optimizer.evaluate();
            hook.fails(new IllegalArgumentException("boom"));
            assertThat(catchThrowableOfType(IncompleteStepException.class, optimizer::train))
                    .hasMessageStartingWith("the event train failed at parameter \"b\": boom");
            assertThatThrownBy(optimizer::train).hasMessageEndingWith("first: a, b, c, d");
        }
    }

    /// Lets the weights change places with others at events, by way of the hook.
    private record Swap(Hook hook) implements Rule {
        @Override
        public Step apply(Step s) {
            return s;
        }

        @Override
        public Set<String> events() {
            return Set.of(EVALUATE, TRAIN);
        }

        @Override
        public Step on(String event, Step s) {
            Expr weights = s.theta();
            StateRef others = s.state("others", s.initialTheta()).weights();
            others.write(old -> weights);
            return s.theta(transform(hook, others.before()));
        }
    }

    @Test
    void aListenerThatThrowsKeepsNoOtherFromBeingTold() {
        try (Optimizer optimizer = optimizer(Rules.adam(), 3)) {
            List<Long> told = new ArrayList<>();
            StepListener first = event -> {
                throw new IllegalArgumentException("first " + event.step());
            };
            StepListener second = event -> {
                throw new IllegalArgumentException("second " + event.step());
            };
            optimizer.listen(first);
            optimizer.listen(event -> told.add(event.step()));
            optimizer.listen(second);
            assertThatThrownBy(optimizer::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("first 1")
                    .satisfies(e -> assertThat(e.getSuppressed())
                            .singleElement()
                            .hasToString("java.lang.IllegalArgumentException: second 1"));
            assertThat(told).containsExactly(1L);
            assertThat(optimizer.completed()).isEqualTo(1);
            optimizer.forget(first);
            optimizer.forget(second);
            optimizer.step();
            assertThat(told).containsExactly(1L, 2L);
        }
    }

    @Test
    void manyNamesAreShortened() {
        List<String> names = IntStream.range(0, 12).mapToObj(i -> "p" + i).toList();
        assertThat(new IncompleteStepException("it failed", null, names, List.of("x"), List.of()))
                .hasMessage("it failed; updated: p0, p1, p2, p3, p4 and 7 more; perhaps updated in part: x");
    }
}
