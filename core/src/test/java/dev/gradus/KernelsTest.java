package dev.gradus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.VectorApi;
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
import java.util.concurrent.TimeUnit;
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
        try (KernelCache kernels = new KernelCache(null)) {
            float[] first = train(3_000, kernels);
            kernels.awaitBackground();
            assertThat(train(3_000, kernels)).containsExactly(first);
        }
    }

    /// Kernels take over at any moment of a training, between or within steps, also of several threads.
    @Test
    void atWhateverMomentKernelsTakeOverTheResultsAreTheInterpreters() throws Exception {
        Random random = new Random(8);
        int swaps = 0;
        for (int i = 0; i < 10; i++) {
            Rule rule = RandomRules.next(random);
            long pause = random.nextInt(4) == 0 ? 0 : random.nextLong(2_000_000);
            int threads = 1 + random.nextInt(3);
            List<Integer> steps = new ArrayList<>();
            Options options = new Options().withThreads(threads).withKernels(Options.Kernels.BACKGROUND);
            float[] actual;
            // Kernels of its own: the next rule's do not wait for those of this one that are not ready.
            try (KernelCache kernels = new KernelCache(null)) {
                actual = train(rule, options, kernels, done -> {
                    LockSupport.parkNanos(pause);
                    boolean goesOn = done < 60 && (done < 12 || kernels.activations() == 0);
                    if (!goesOn) {
                        steps.add(done);
                    }
                    return goesOn;
                });
                if (swaps == 0) {
                    awaitActivation(kernels);
                }
                swaps += kernels.activations() > 0 ? 1 : 0;
            }
            Options interpreted = new Options().withKernels(Options.Kernels.NEVER);
            float[] expected = train(rule, interpreted, JvmKernels.CACHE, done -> done < steps.getFirst());
            assertThat(Arrays.mismatch(actual, expected))
                    .as("%s after %s steps: first difference", rule, steps)
                    .isEqualTo(-1);
        }
        assertThat(swaps).isPositive();
    }

    /// On a busy machine a kernel may need more than its first warm-up.
    private static void awaitActivation(KernelCache kernels) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (kernels.activations() == 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private static float[] train(Rule rule, Options options, KernelCache kernels, IntPredicate goesOn) {
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
        try (Optimizer optimizer =
                Optimizer.of(options, List.of(new ParameterGroup("all", List.of(w), rule, 1e-3)), kernels)) {
            for (int done = 0; goesOn.test(done); done++) {
                gradient[done] += 0.01f;
                optimizer.step();
            }
        }
        return values;
    }

    @Test
    void hyperparametersAndNamesShareKernels() throws Exception {
        try (KernelCache kernels = new KernelCache(null)) {
            float[] ignored = train(10, kernels);
            kernels.awaitBackground();
            assertThat(kernels.compiled()).isPositive();
            long before = kernels.compiled();
            trainAnother(kernels);
            kernels.awaitBackground();
            assertThat(kernels.compiled()).isEqualTo(before);
        }
    }

    private static void trainAnother(KernelCache kernels) {
        Parameter other =
                Parameter.of("other", Shape.of(70, 30), new float[2_100]).gradient(new float[2_100]);
        ParameterGroup group = new ParameterGroup(
                "other group",
                List.of(other),
                Chain.chain(new Adam().withBeta1(0.5).named("mine"), Rules.decayWeights(0.3)),
                0.5);
        try (Optimizer optimizer = Optimizer.of(new Options(), List.of(group), kernels)) {
            optimizer.step();
            optimizer.set("other group", "beta1", 0.7);
            optimizer.step();
        }
    }

    private static float[] train(int steps, KernelCache kernels) {
        Random random = new Random(11);
        float[] values = new float[ELEMENTS];
        float[] gradient = new float[ELEMENTS];
        for (int i = 0; i < ELEMENTS; i++) {
            gradient[i] = (float) random.nextGaussian();
        }
        Parameter w = Parameter.of("w", Shape.of(ELEMENTS), values).gradient(gradient);
        ParameterGroup group = new ParameterGroup("all", List.of(w), Rules.adamW(), 1e-3);
        try (Optimizer optimizer = Optimizer.of(new Options(), List.of(group), kernels)) {
            for (int i = 0; i < steps; i++) {
                gradient[i % ELEMENTS] += 0.01f;
                optimizer.step();
            }
        }
        return values;
    }
}
