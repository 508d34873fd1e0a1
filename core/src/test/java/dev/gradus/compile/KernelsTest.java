package dev.gradus.compile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.expr.Shape;
import dev.gradus.rule.Chain;
import dev.gradus.rules.Adam;
import dev.gradus.rules.Rules;
import java.util.List;
import java.util.Random;
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
