package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.gradus.rule.Mask;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Calls that an optimizer has to refuse: nothing has changed then, and it goes on as if they had not been made.
class MisuseTest {
    private static final OptimizerState EMPTY = new OptimizerState(0, false, List.of(), Map.of());

    /// Every public method, by name and kinds of arguments.
    private static final Map<String, Consumer<Optimizer>> CALLS = new TreeMap<>(Map.ofEntries(
            Map.entry("step()", Optimizer::step),
            Map.entry("step(Map)", optimizer -> optimizer.step(Map.of("a", MemorySegment.ofArray(new float[3])))),
            Map.entry("fire(String)", optimizer -> optimizer.fire(Sophia.UPDATE_HESSIAN)),
            Map.entry("evaluate()", Optimizer::evaluate),
            Map.entry("train()", Optimizer::train),
            Map.entry("isEvaluating()", Optimizer::isEvaluating),
            Map.entry("cancelEvent()", Optimizer::cancelEvent),
            Map.entry("catchUp()", Optimizer::catchUp),
            Map.entry("freeze(Mask)", optimizer -> optimizer.freeze(Mask.named("a"))),
            Map.entry("unfreeze(Mask)", optimizer -> optimizer.unfreeze(Mask.named("a"))),
            Map.entry("isFrozen(String)", optimizer -> optimizer.isFrozen("a")),
            Map.entry("reset(Mask)", optimizer -> optimizer.reset(Mask.named("a"))),
            Map.entry("zeroGradients()", Optimizer::zeroGradients),
            Map.entry("observe(double)", optimizer -> optimizer.observe(1)),
            Map.entry("completed()", Optimizer::completed),
            Map.entry("completed(String)", optimizer -> optimizer.completed("a")),
            Map.entry(
                    "add(ParameterGroup)",
                    optimizer ->
                            optimizer.add(new ParameterGroup("more", List.of(parameter("more")), Rules.adam(), 1))),
            Map.entry("add(String, Parameter)", optimizer -> optimizer.add("all", parameter("more"))),
            Map.entry("remove(String)", optimizer -> optimizer.remove("a")),
            Map.entry("removeGroup(String)", optimizer -> optimizer.removeGroup("all")),
            Map.entry("groups()", Optimizer::groups),
            Map.entry("get(String, String)", optimizer -> optimizer.get("all", "learning_rate")),
            Map.entry("set(String, String, double)", optimizer -> optimizer.set("all", "learning_rate", 1)),
            Map.entry(
                    "set(String, String, Schedule)",
                    optimizer -> optimizer.set("all", "learning_rate", Schedules.constant(1))),
            Map.entry("hyperparameters(String)", optimizer -> optimizer.hyperparameters("all")),
            Map.entry("states()", Optimizer::states),
            Map.entry("state(String)", optimizer -> optimizer.state("a/sophia.exp_avg")),
            Map.entry("save(Function)", optimizer -> optimizer.save(state -> state)),
            Map.entry("misfits(OptimizerState)", optimizer -> optimizer.misfits(EMPTY)),
            Map.entry("load(OptimizerState)", optimizer -> optimizer.load(EMPTY)),
            Map.entry("load(OptimizerState, Map)", optimizer -> optimizer.load(EMPTY, Map.of())),
            Map.entry("recapture(String)", optimizer -> optimizer.recapture("sophia.exp_avg")),
            Map.entry("recapture(String, Set)", optimizer -> optimizer.recapture("sophia.exp_avg", Set.of("a"))),
            Map.entry("listen(StepListener)", optimizer -> optimizer.listen(event -> {})),
            Map.entry("forget(StepListener)", optimizer -> optimizer.forget(event -> {})),
            Map.entry("close()", Optimizer::close)));

    /// What can be called at any time: it only reads, and no memory.
    private static final Set<String> ALWAYS = Set.of(
            "isEvaluating()",
            "isFrozen(String)",
            "completed()",
            "completed(String)",
            "groups()",
            "get(String, String)",
            "hyperparameters(String)");

    private final Hook hook = new Hook();
    private final Optimizer optimizer = optimizer();
    private final Optimizer untouched = optimizer();

    private Optimizer optimizer() {
        return Optimizer.of(new ParameterGroup(
                "all",
                List.of(parameter("a"), parameter("b"), parameter("c")),
                chain(Rules.sophia(), hook.in(Mask.named("b")), new EmaWeights()),
                Schedules.plateau(Schedules.constant(0.1))));
    }

    private static Parameter parameter(String name) {
        return Parameter.of(name, Shape.of(3), new float[] {1, 2, name.charAt(0)})
                .gradient(new float[] {3, -4, 5});
    }

    @BeforeEach
    void begin() {
        optimizer.step();
        untouched.step();
    }

    /// It goes on as if nothing had been.
    private void requireUnharmed() {
        hook.doesNothing();
        assertThat(Snapshot.of(optimizer)).isEqualTo(Snapshot.of(untouched));
        optimizer.step();
        untouched.step();
        assertThat(Snapshot.of(optimizer)).isEqualTo(Snapshot.of(untouched));
    }

    @AfterEach
    void end() {
        optimizer.close();
        untouched.close();
    }

    static Stream<String> calls() {
        return CALLS.keySet().stream();
    }

    private static void call(Optimizer optimizer, String name) {
        Objects.requireNonNull(CALLS.get(name)).accept(optimizer);
    }

    @Test
    void noMethodIsForgotten() {
        Set<String> methods = Arrays.stream(Optimizer.class.getDeclaredMethods())
                .filter(method -> Modifier.isPublic(method.getModifiers()) && !Modifier.isStatic(method.getModifiers()))
                .map(method -> Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .collect(Collectors.joining(", ", method.getName() + "(", ")")))
                .collect(Collectors.toSet());
        assertThat(CALLS.keySet()).isEqualTo(methods);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void aClosedOptimizerTellsItsSettingsAndCountsAndNothingElse(String call) {
        optimizer.close();
        if (call.equals("close()") || ALWAYS.contains(call)) {
            call(optimizer, call);
        } else {
            assertThatThrownBy(() -> call(optimizer, call))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the optimizer is closed");
        }
        assertThat(optimizer.completed()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("calls")
    void nothingIsDoneWhileAStepIsInProgressOnAnotherThread(String call) {
        hook.does(() -> {
            Throwable thrown = onAnotherThread(() -> call(optimizer, call));
            if (call.startsWith("state") || ALWAYS.contains(call)) {
                assertThat(thrown).isNull();
            } else {
                assertThat(thrown)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("an optimizer serves one caller at a time: another call is in progress");
            }
        });
        optimizer.step();
        hook.doesNothing();
        untouched.step();
        requireUnharmed();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void nothingIsDoneWhileTheStateIsSaved(String call) {
        Throwable thrown = optimizer.save(state -> catchThrowable(() -> call(optimizer, call)));
        if (call.startsWith("state") || ALWAYS.contains(call)) {
            assertThat(thrown).isNull();
        } else {
            assertThat(thrown).hasMessage("an optimizer serves one caller at a time: another call is in progress");
        }
        requireUnharmed();
    }

    /// What it throws, or null.
    private static Throwable onAnotherThread(Runnable action) {
        FutureTask<Throwable> task = new FutureTask<>(() -> catchThrowable(action::run));
        new Thread(task).start();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }
}
