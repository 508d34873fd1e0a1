package dev.gradus.muon;

import static dev.gradus.rule.Mask.named;
import static dev.gradus.rule.Mask.rankAtLeast;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.expr.Notation;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import dev.gradus.testkit.RuleContract;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MuonTest {
    @TestFactory
    Stream<DynamicTest> keepsTheContract() {
        return RuleContract.checks(Muon.withAdamW(rankAtLeast(2))).stream()
                .map(check -> dynamicTest(check.name(), check::run));
    }

    @Test
    void printsItsFormulas() {
        assertThat(RuleFormulas.lines(new Muon(), Shape.of(3, 2), Notation.PLAIN))
                .containsExactly(
                        "g̃ₜ = (1 − μ)·gₜ",
                        "bₜ = μ·bₜ₋₁ + g̃ₜ",
                        "θₜ = θₜ₋₁ − η·√max(size_row / (size / size_row), 1)·NewtonSchulz(μ·bₜ + g̃ₜ)");
    }

    /// Wide, tall, square and flattened matrices.
    @ParameterizedTest
    @CsvSource({"4, 7", "7, 4", "6, 6", "1, 5", "5, 1", "8, 12"})
    void twoStepsEqualAPlainRestatement(int rows, int cols) {
        int n = rows * cols;
        Random random = new Random(7);
        double[] theta = random.doubles(n, -1, 1).toArray();
        double[] expected = theta.clone();
        double[] buffer = new double[n];
        double[] gradient = new double[n];
        Parameter w = Parameter.of("w", Shape.of(rows, cols), theta).gradient(gradient);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), new Muon(), 0.02))) {
            for (int step = 0; step < 2; step++) {
                for (int i = 0; i < n; i++) {
                    gradient[i] = random.nextGaussian();
                }
                optimizer.step();
                double[] ahead = new double[n];
                for (int i = 0; i < n; i++) {
                    buffer[i] += 0.05 * (gradient[i] - buffer[i]);
                    ahead[i] = gradient[i] + 0.95 * (buffer[i] - gradient[i]);
                }
                double[][] x = orthogonalized(ahead, rows, cols);
                double scale = Math.sqrt(Math.max(1, (double) rows / cols));
                for (int i = 0; i < n; i++) {
                    expected[i] -= 0.02 * scale * x[i / cols][i % cols];
                }
                assertThat(theta).containsExactly(expected, within(1e-13));
            }
        }
    }

    private static double[][] orthogonalized(double[] flat, int rows, int cols) {
        double[][] x = new double[rows][cols];
        double norm = Math.sqrt(Arrays.stream(flat).map(v -> v * v).sum());
        for (int i = 0; i < flat.length; i++) {
            x[i / cols][i % cols] = flat[i] / (norm + 1e-7);
        }
        for (int k = 0; k < 5; k++) {
            double[][] a = product(x, transpose(x));
            double[][] aa = product(a, a);
            double[][] ax = product(a, x);
            double[][] aax = product(aa, x);
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < cols; j++) {
                    x[i][j] = 3.4445 * x[i][j] - 4.7750 * ax[i][j] + 2.0315 * aax[i][j];
                }
            }
        }
        return x;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                for (int k = 0; k < b.length; k++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    private static double[][] transpose(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    /// What moves the weights has orthogonal rows of about the same length: X Xᵀ is near the identity.
    @Test
    void stepsAreNearlyOrthogonal() {
        int rows = 16;
        int cols = 64;
        float[] theta = new float[rows * cols];
        float[] gradient = new float[rows * cols];
        Random random = new Random(1);
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] = (float) (random.nextGaussian() * Math.pow(10, i % rows % 3));
        }
        Parameter w = Parameter.of("w", Shape.of(rows, cols), theta).gradient(gradient);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), new Muon(), 1))) {
            optimizer.step();
        }
        for (int i = 0; i < rows; i++) {
            double square = 0;
            for (int j = 0; j < cols; j++) {
                square += theta[i * cols + j] * theta[i * cols + j];
            }
            assertThat(Math.sqrt(square)).isBetween(0.6, 1.3);
        }
    }

    @Test
    void threadsDoNotAffectTheResult() {
        assertThat(trained(4)).containsExactly(trained(1));
    }

    private static float[] trained(int threads) {
        float[] all = new float[0];
        Random random = new Random(3);
        List<Parameter> parameters = Stream.of(
                        Shape.of(300, 200), Shape.of(200, 700), Shape.of(64, 3, 3, 3), Shape.of(9))
                .map(shape -> {
                    float[] values = new float[(int) shape.elements()];
                    float[] gradient = new float[values.length];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = (float) random.nextGaussian();
                        gradient[i] = (float) random.nextGaussian();
                    }
                    return Parameter.of("w" + shape, shape, values).gradient(gradient);
                })
                .toList();
        Rule rule = Muon.withAdamW(rankAtLeast(2));
        try (Optimizer optimizer =
                Optimizer.of(new Options().withThreads(threads), new ParameterGroup("all", parameters, rule, 0.01))) {
            optimizer.step();
            optimizer.step();
        }
        for (Parameter parameter : parameters) {
            float[] values = (float[]) parameter.values().heapBase().orElseThrow();
            int at = all.length;
            all = Arrays.copyOf(all, at + values.length);
            System.arraycopy(values, 0, all, at, values.length);
        }
        return all;
    }

    @Test
    void vectorsAreRefusedInASentence() {
        Parameter b = Parameter.of("b", Shape.of(3), new float[3]);
        assertThatThrownBy(() -> Optimizer.of(new ParameterGroup("all", List.of(b), new Muon(), 0.01)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("muon works on matrices, which parameter b of shape [3] is not: give it another rule with"
                        + " partition");
        assertThatThrownBy(() -> new Muon(0.95, Muon.Scale.ASPECT_RATIO, 0))
                .hasMessage("Muon: iterations must be at least 1, got 0");
    }

    @Test
    void oneRuleCanServeTwoGroups() {
        Parameter head = Parameter.of("head", Shape.of(2, 2), new float[4]).gradient(new float[] {1, 2, 3, 4});
        Parameter body = Parameter.of("body", Shape.of(2, 2), new float[4]).gradient(new float[] {1, 2, 3, 4});
        Rule rule = Muon.withAdamW(named("body"));
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(head, body), rule, 0.01))) {
            optimizer.step();
            assertThat(optimizer.states())
                    .extracting(state -> state.name())
                    .contains("body/muon.momentum_buffer", "head/adam.exp_avg")
                    .doesNotContain("head/muon.momentum_buffer");
        }
        assertThat(Rules.all()).noneMatch(entry -> entry.rule().equals(rule));
    }
}
