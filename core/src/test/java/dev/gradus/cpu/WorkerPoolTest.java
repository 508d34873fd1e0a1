package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
import dev.gradus.program.RandomRules;
import dev.gradus.program.Variant.Total;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    /// Parameters of up to so many elements are small here, so that tests have both kinds.
    private static final long SMALL = 2_000;

    private static final List<Shape> SHAPES = List.of(
            Shape.of(33_001), Shape.of(7), Shape.of(130, 171), Shape.of(0), Shape.of(18, 1024), Shape.of(1_500));

    static Stream<Rules.Entry> rules() {
        return Rules.all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theNumberOfThreadsIsNotToBeSeenInTheResults(Rules.Entry entry) {
        Map<String, double[]> expected = run(entry.rule(), SHAPES, new WorkerPool(1, null, null, 0, SMALL), true);
        for (int threads : new int[] {2, 7}) {
            requireSame(entry.rule(), expected, run(entry.rule(), SHAPES, team(threads, 0), true));
        }
    }

    @Test
    void kernelsGiveTheSameBitsOnAnyNumberOfThreads() {
        for (Rule rule : List.of(Rules.adamW(), Rules.lamb(), Rules.adamAwd(), Rules.clipByGlobalNorm(0.1))) {
            Map<String, double[]> expected = run(rule, SHAPES, team(1, 0), false);
            requireSame(
                    rule, expected, run(rule, SHAPES, team(3, VectorApi.bits().orElse(0)), false));
        }
    }

    @Test
    void randomChainsGiveTheSameBitsOnAnyNumberOfThreads() {
        Random random = new Random(5);
        List<Shape> shapes = List.of(Shape.of(33, 22, 5, 5), Shape.of(6, 3000), Shape.of(4, 6));
        for (int i = 0; i < 100; i++) {
            Rule rule = i % 3 == 0 ? RandomRules.wrapped(random) : RandomRules.next(random);
            boolean withMetrics = random.nextBoolean();
            Map<String, double[]> expected = run(rule, shapes, new WorkerPool(1, null, null, 0, SMALL), withMetrics);
            WorkerPool team = team(2 + random.nextInt(7), 0);
            requireSame(rule, expected, run(rule, shapes, team, withMetrics));
        }
    }

    @Test
    void anExecutorMayRunTheHelpersAtAnyTime() {
        Map<String, double[]> expected = run(Rules.lamb(), SHAPES, team(1, 0), false);
        try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
            List<Runnable> late = new ArrayList<>();
            List<Executor> executors = List.of(pool, Runnable::run, late::add, command -> {
                throw new RejectedExecutionException("no room");
            });
            for (Executor executor : executors) {
                WorkerPool team = new WorkerPool(4, executor, null, 0, SMALL);
                requireSame(Rules.lamb(), expected, run(Rules.lamb(), SHAPES, team, false));
            }
            late.forEach(Runnable::run);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void aStepThatFailsTakesNoteOfItAndTheOthersGoOn(int threads) {
        try (WorkerPool team = team(threads, 0);
                Arena arena = Arena.ofShared()) {
            List<ParameterBench> benches = new ArrayList<>();
            Task[] executions = executions(Rules.lamb(), SHAPES, false, arena, benches);
            begin(executions, benches, 1, team);
            // What is too small stands for any memory that turns out to be unusable within a step.
            benches.get(2).gradient = new Tensor(MemorySegment.ofArray(new float[20_000]), ElementType.FLOAT32);
            team.begin(executions[2], benches.get(2).gradient, benches.get(2));
            advance(executions, team);
            for (int i = 0; i < executions.length; i++) {
                assertThat(executions[i].status().isComplete()).as("p%d", i).isEqualTo(i != 2);
            }
            assertThat(executions[2].status().failure()).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(executions[2].status().explanation()).startsWith("\"p2\": Out of bound access");

            // The team goes on.
            Map<String, double[]> expected = run(Rules.lamb(), SHAPES, team(1, 0), false);
            requireSame(Rules.lamb(), expected, run(Rules.lamb(), SHAPES, team, false));
        }
    }

    @Test
    void memoryOfOneThreadStaysWithIt() {
        try (WorkerPool team = team(4, 0);
                Arena arena = Arena.ofConfined()) {
            List<ParameterBench> benches = new ArrayList<>();
            Task[] executions = executions(Rules.adamW(), SHAPES, false, arena, benches);
            begin(executions, benches, 1, team);
            advance(executions, team);
            assertThat(executions).allMatch(task -> task.status().isComplete());
        }
    }

    @Test
    void closingLeavesNoThread() {
        try (WorkerPool team = team(5, 0);
                Arena arena = Arena.ofShared()) {
            List<ParameterBench> benches = new ArrayList<>();
            Task[] executions = executions(Rules.adamW(), SHAPES, false, arena, benches);
            begin(executions, benches, 1, team);
            advance(executions, team);
            assertThat(helpers()).isNotEmpty();
        }
        assertThat(helpers()).isEmpty();
    }

    private static List<Thread> helpers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("gradus-helper"))
                .toList();
    }

    private static WorkerPool team(int threads, int bits) {
        return new WorkerPool(
                threads, null, bits == 0 ? null : new KernelUse(new KernelCache(null), bits, true), 0, SMALL);
    }

    private static void requireSame(Rule rule, Map<String, double[]> expected, Map<String, double[]> actual) {
        ParameterBench.requireSame(rule.toString(), expected, actual);
    }

    /// Runs a few steps on parameters p0, p1 … and closes the team.
    private static Map<String, double[]> run(Rule rule, List<Shape> shapes, WorkerPool team, boolean withMetrics) {
        try (team;
                Arena arena = Arena.ofShared()) {
            List<ParameterBench> benches = new ArrayList<>();
            Task[] executions = executions(rule, shapes, withMetrics, arena, benches);
            for (int step = 1; step <= 3; step++) {
                benches.forEach(ParameterBench::draw);
                begin(executions, benches, step, team);
                advance(executions, team);
                for (int i = 0; i < executions.length; i++) {
                    for (State state : executions[i].status().numbers()) {
                        benches.get(i)
                                .numbers
                                .put(state.name(), executions[i].status().number(state));
                    }
                }
            }
            Map<String, double[]> all = new HashMap<>();
            for (ParameterBench bench : benches) {
                bench.snapshot().forEach((name, array) -> all.put(bench.name() + "/" + name, array));
            }
            return all;
        }
    }

    private static Task[] executions(
            Rule rule, List<Shape> shapes, boolean withMetrics, @Nullable Arena arena, List<ParameterBench> benches) {
        Task[] executions = new Task[shapes.size()];
        for (int i = 0; i < executions.length; i++) {
            Trace trace = Trace.of(rule, "p" + i, shapes.get(i));
            ParameterBench bench = new ParameterBench("p" + i, trace, ElementType.FLOAT32, arena);
            benches.add(bench);
            executions[i] = new Task(new CpuProgram(Program.of(trace, withMetrics)), shapes.get(i), bench);
        }
        return executions;
    }

    private static void begin(Task[] executions, List<ParameterBench> benches, int step, WorkerPool team) {
        for (int i = 0; i < executions.length; i++) {
            benches.get(i).t = step;
            team.begin(executions[i], benches.get(i).gradient, benches.get(i));
        }
    }

    /// Runs steps of the same rule to their end or failure; what they combine is combined in their order.
    private static void advance(Task[] executions, WorkerPool team) {
        while (Stream.of(executions).anyMatch(WorkerPoolTest::isGoingOn)) {
            Map<Object, Double> totals = new HashMap<>();
            for (Task execution : executions) {
                for (Total total : execution.status().totals()) {
                    if (total.level() == execution.status().level()) {
                        totals.merge(
                                total.key(),
                                execution.status().contribution(total),
                                total.key().reduction() == Reduction.MAX ? Math::max : Double::sum);
                    }
                }
            }
            List<Task> open =
                    Stream.of(executions).filter(WorkerPoolTest::isGoingOn).toList();
            for (Task execution : open) {
                for (Total total : execution.status().totals()) {
                    if (total.level() == execution.status().level()) {
                        execution.status().fill(total, Objects.requireNonNull(totals.get(total.key())));
                    }
                }
            }
            team.advance(open.toArray(Task[]::new), open.size());
        }
    }

    private static boolean isGoingOn(Task execution) {
        return !execution.status().isComplete() && execution.status().failure() == null;
    }
}
