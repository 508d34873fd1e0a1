package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.rule.Mask;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Steps on two threads that are interrupted, or whose executor does not do what it should.
@Timeout(value = 5, unit = TimeUnit.MINUTES) // threads wait for each other
class HelpedStepTest {
    /// So many that helpers are called, each so small that one thread takes it through its step.
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");

    private static final Mask AB = Mask.named("a").or(Mask.named("b"));
    private static final int SIZE = 60_000;

    private final Hook hook = new Hook();

    private Optimizer optimizer(Options options) {
        List<Parameter> parameters = NAMES.stream()
                .map(name -> {
                    float[] values = new float[SIZE];
                    float[] gradient = new float[SIZE];
                    for (int i = 0; i < SIZE; i++) {
                        values[i] = i % 7;
                        gradient[i] = i % 5 - name.charAt(0);
                    }
                    return Parameter.of(name, Shape.of(SIZE), values).gradient(gradient);
                })
                .toList();
        return Optimizer.of(
                options.withThreads(2), new ParameterGroup("all", parameters, chain(Rules.sgd(), hook.in(AB)), 0.1));
    }

    /// What two steps make of the parameters if nothing happens.
    private Map<String, String> expected() {
        hook.doesNothing();
        try (Optimizer optimizer = optimizer(new Options())) {
            optimizer.step();
            optimizer.step();
            return Snapshot.of(optimizer);
        }
    }

    /// Lets the hook be run by the caller and a helper at the same time, and the helper then do something once the
    /// caller waits for it.
    private void whileTheCallerWaits(Runnable action) {
        Thread caller = Thread.currentThread();
        AtomicInteger inside = new AtomicInteger();
        hook.does(() -> {
            inside.incrementAndGet();
            while (inside.get() < 2) {
                Thread.onSpinWait();
            }
            if (Thread.currentThread() != caller) {
                while (caller.getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                action.run();
            }
        });
    }

    @Test
    void aStepThatIsInterruptedIsCompleteAndTheMarkStays() {
        Map<String, String> expected = expected();
        try (Optimizer optimizer = optimizer(new Options())) {
            whileTheCallerWaits(Thread.currentThread()::interrupt);
            optimizer.step();
            assertThat(Thread.currentThread().isInterrupted()).isTrue();
            hook.doesNothing();
            optimizer.step();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(Snapshot.of(optimizer)).isEqualTo(expected);
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).as("after closing").isTrue();
    }

    @Test
    void anExecutorMayBeShutDownInTheMiddle() {
        Map<String, String> expected = expected();
        try (ExecutorService executor = Executors.newSingleThreadExecutor();
                Optimizer optimizer = optimizer(new Options().withExecutor(executor))) {
            whileTheCallerWaits(() -> assertThat(executor.shutdownNow()).isEmpty());
            optimizer.step();
            hook.doesNothing();
            optimizer.step();
            assertThat(Snapshot.of(optimizer)).isEqualTo(expected);
        }
    }

    static Stream<Executor> executors() {
        return Stream.of(
                Runnable::run,
                work -> {},
                work -> {
                    throw new RejectedExecutionException("no room");
                },
                work -> {
                    throw new IllegalArgumentException("a mistake of the executor's");
                },
                work -> {
                    throw new OutOfMemoryError("unable to create native thread");
                },
                work -> {
                    work.run();
                    throw new IllegalArgumentException("after the work");
                });
    }

    @ParameterizedTest
    @MethodSource("executors")
    void whatAnExecutorDoesNotDoTheCallerDoes(Executor executor) {
        Map<String, String> expected = expected();
        try (Optimizer optimizer = optimizer(new Options().withExecutor(executor))) {
            optimizer.step();
            optimizer.step();
            assertThat(Snapshot.of(optimizer)).isEqualTo(expected);
        }
    }

    @Test
    void aFailureOnAHelperIsReportedToTheCaller() {
        Thread caller = Thread.currentThread();
        AtomicInteger inside = new AtomicInteger();
        try (Optimizer optimizer = optimizer(new Options())) {
            hook.does(() -> {
                inside.incrementAndGet();
                while (inside.get() < 2) {
                    Thread.onSpinWait();
                }
                if (Thread.currentThread() != caller) {
                    throw new IllegalArgumentException("boom");
                }
            });
            assertThatThrownBy(optimizer::step)
                    .isInstanceOf(IncompleteStepException.class)
                    .hasMessageMatching("the step failed at parameter \"[ab]\": boom; updated: [ab], c, d, e, f;"
                            + " perhaps updated in part: [ab]");
        }
    }
}
