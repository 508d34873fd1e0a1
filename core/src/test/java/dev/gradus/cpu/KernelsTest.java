package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.KernelStatistics;
import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.program.RandomRules;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KernelsTest {
    private static final int ELEMENTS = 5_000;

    @BeforeAll
    static void thereIsAVectorApi() {
        assumeThat(VectorApi.bits()).isPresent();
    }

    /// However the swap falls in time, the weights are those of the interpreter.
    @Test
    void theSwapToAKernelIsNotToBeSeenInTheResults() throws Exception {
        float[] first = train(3_000);
        Kernels.awaitBackground();
        assertThat(train(3_000)).containsExactly(first);
    }

    /// Kernels take over at any moment of a training, between or within steps, also of several threads.
    @Test
    void atWhateverMomentKernelsTakeOverTheResultsAreTheInterpreters() throws Exception {
        Random random = new Random(8);
        long before = KernelStatistics.now().ready();
        for (int i = 0; i < 10; i++) {
            Rule rule = RandomRules.next(random);
            long pause = random.nextInt(4) == 0 ? 0 : random.nextLong(2_000_000);
            int threads = 1 + random.nextInt(3);
            List<Integer> steps = new ArrayList<>();
            long taken = KernelStatistics.now().ready();
            Options options = new Options().withThreads(threads).withKernels(Options.Kernels.BACKGROUND);
            float[] actual = train(rule, options, done -> {
                LockSupport.parkNanos(pause);
                boolean goesOn =
                        done < 60 && (done < 12 || KernelStatistics.now().ready() == taken);
                if (!goesOn) {
                    steps.add(done);
                }
                return goesOn;
            });
            float[] expected =
                    train(rule, new Options().withKernels(Options.Kernels.NEVER), done -> done < steps.getFirst());
            assertThat(Arrays.mismatch(actual, expected))
                    .as("%s after %s steps: first difference", rule, steps)
                    .isEqualTo(-1);
        }
        Kernels.awaitBackground();
        assertThat(KernelStatistics.now().ready()).isGreaterThan(before);
    }

    private static float[] train(Rule rule, Options options, IntPredicate goesOn) {
        Random random = new Random(12);
        int rows = 310;
        int columns = 1000;
        float[] values = new float[rows * columns];
        float[] gradient = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat();
            gradient[i] = random.nextFloat() - 0.5f;
        }
        Parameter w = Parameter.of("w", Shape.of(rows, columns), values).gradient(gradient);
        try (Optimizer optimizer = Optimizer.of(options, new ParameterGroup("all", List.of(w), rule, 1e-3))) {
            for (int done = 0; goesOn.test(done); done++) {
                gradient[done] += 0.01f;
                optimizer.step();
            }
        }
        return values;
    }

    @Test
    void hyperparametersAndNamesShareKernels() throws Exception {
        float[] ignored = train(10);
        Kernels.awaitBackground();
        long before = Kernels.compiled();
        Parameter other =
                Parameter.of("other", Shape.of(70, 30), new float[2_100]).gradient(new float[2_100]);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup(
                "other group",
                List.of(other),
                Chain.chain(new Adam().withBeta1(0.5).named("mine"), Rules.decayWeights(0.3)),
                0.5))) {
            optimizer.step();
            optimizer.set("other group", "beta1", 0.7);
            optimizer.step();
        }
        Kernels.awaitBackground();
        assertThat(Kernels.compiled()).isEqualTo(before);
    }

    private static float[] train(int steps) {
        Random random = new Random(11);
        float[] values = new float[ELEMENTS];
        float[] gradient = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        Parameter w = Parameter.of("w", Shape.of(ELEMENTS), values).gradient(gradient);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), Rules.adamW(), 1e-3))) {
            for (int i = 0; i < steps; i++) {
                gradient[i % ELEMENTS] += 0.01f;
                optimizer.step();
            }
        }
        return values;
    }
}
