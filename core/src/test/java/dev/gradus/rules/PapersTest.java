package dev.gradus.rules;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.AdEmaMix;
import dev.gradus.rules.adaptive.AdaBound;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.AdamMini;
import dev.gradus.rules.adaptive.Adamax;
import dev.gradus.rules.adaptive.Adopt;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.DAdaptAdam;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.MadGrad;
import dev.gradus.rules.adaptive.QuasiHyperbolic;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.factored.FactoredRmsProp;
import dev.gradus.rules.factored.ScaleByConfidence;
import dev.gradus.rules.layerwise.ScaleByParameterRms;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Rules against restatements of their papers' algorithms as plain loops, which share no code with them.
class PapersTest {
    private static final int STEPS = 30;
    private static final int[][] SHAPES = {{7}, {5, 4}, {3, 2, 4, 2}};

    /// An algorithm with the states that nearly all have.
    private abstract static class Paper {
        final double[][] m = zeros();
        final double[][] v = zeros();

        /// Step t, counted from 1, of all tensors.
        void step(int t, double lr, double[][] x, double[][] g) {
            for (int i = 0; i < x.length; i++) {
                tensor(i, t, lr, x[i], g[i]);
            }
        }

        abstract void tensor(int i, int t, double lr, double[] x, double[] g);

        static double[][] zeros() {
            return IntStream.range(0, SHAPES.length)
                    .mapToObj(i -> new double[size(i)])
                    .toArray(double[][]::new);
        }

        static int size(int i) {
            return IntStream.of(SHAPES[i]).reduce(1, (a, b) -> a * b);
        }
    }

    /// An algorithm that treats elements one by one.
    private abstract static class Elementwise extends Paper {
        @Override
        final void tensor(int i, int t, double lr, double[] x, double[] g) {
            for (int j = 0; j < x.length; j++) {
                x[j] = element(i, j, t, lr, x[j], g[j]);
            }
        }

        /// The element after the step.
        abstract double element(int i, int j, int t, double lr, double x, double g);
    }

    /// Thirty steps with a falling learning rate, on gradients that change their scale by powers of ten, with elements
    /// that are zero at times and some that always are.
    private static void assertFollows(Paper paper, Rule rule, double learningRate) {
        Random random = new Random(5);
        double[][] expected = Paper.zeros();
        double[][] actual = Paper.zeros();
        double[][] g = Paper.zeros();
        List<Parameter> parameters = new ArrayList<>();
        double[][] start = Paper.zeros();
        for (int i = 0; i < SHAPES.length; i++) {
            for (int j = 0; j < expected[i].length; j++) {
                start[i][j] = expected[i][j] = actual[i][j] = random.nextGaussian();
            }
            long[] sizes = IntStream.of(SHAPES[i]).asLongStream().toArray();
            parameters.add(Parameter.of("p" + i, Shape.of(sizes), actual[i]).gradient(g[i]));
        }
        ParameterGroup group =
                new ParameterGroup("all", parameters, rule, Schedules.linear(learningRate, learningRate / 3, STEPS));
        try (Optimizer optimizer = Optimizer.of(group)) {
            for (int t = 1; t <= STEPS; t++) {
                double scale = Math.pow(10, t % 5 - 2);
                for (double[] of : g) {
                    for (int j = 0; j < of.length; j++) {
                        of[j] = j % 6 == 5 || random.nextInt(5) == 0 ? 0 : scale * random.nextGaussian();
                    }
                }
                double part = (t - 1.0) / STEPS;
                paper.step(t, learningRate + part * (learningRate / 3 - learningRate), expected, g);
                optimizer.step();
                assertThat(distance(expected, actual))
                        .as("how far it is off in step %s", t)
                        .isLessThanOrEqualTo(1e-12 * distance(start, expected));
            }
        }
    }

    /// The largest distance of two elements.
    private static double distance(double[][] a, double[][] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[i].length; j++) {
                double distance = Math.abs(a[i][j] - b[i][j]);
                largest = Math.max(largest, distance);
            }
        }
        return largest;
    }

    @Test
    void tigerTakesTheSignOfAnAverage() {
        Paper tiger = new Elementwise() {
            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                m[i][j] = 0.965 * m[i][j] + 0.035 * g;
                return x - lr * (Math.signum(m[i][j]) + 0.01 * x);
            }
        };
        assertFollows(tiger, Rules.tiger(), 0.01);
    }

    @Test
    void tigerOfItsCodeIsRelativeToTheWeights() {
        Paper tiger = new Paper() {
            @Override
            void tensor(int i, int t, double lr, double[] x, double[] g) {
                double squares = 0;
                for (double value : x) {
                    squares += value * value;
                }
                double scale = Math.sqrt(squares / x.length);
                for (int j = 0; j < x.length; j++) {
                    m[i][j] = 0.965 * m[i][j] + 0.035 * g[j];
                    x[j] -= lr * scale * (Math.signum(m[i][j]) + 0.01 * x[j]);
                }
            }
        };
        assertFollows(tiger, chain(Rules.tiger(), new ScaleByParameterRms()), 0.01);
    }

    /// As Keras 3 and TensorFlow.js 4.22 have it.
    @Test
    void adamaxOfKerasAddsEpsToTheMaximumWhereItDivides() {
        double b1 = 0.9;
        double b2 = 0.98;
        double eps = 1e-3;
        Paper adamax = new Elementwise() {
            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                m[i][j] = b1 * m[i][j] + (1 - b1) * g;
                v[i][j] = Math.max(b2 * v[i][j], Math.abs(g));
                return x - lr / (1 - Math.pow(b1, t)) * m[i][j] / (v[i][j] + eps);
            }
        };
        assertFollows(adamax, new Adamax(b1, b2, eps, Adamax.Placement.OUTSIDE), 0.01);
    }

    @Test
    void qhAdamMixesGradientsIntoBothAverages() {
        double b1 = 0.995;
        double b2 = 0.98;
        double nu1 = 0.7;
        double nu2 = 0.9;
        Paper qhAdam = new Elementwise() {
            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                m[i][j] = b1 * m[i][j] + (1 - b1) * g;
                v[i][j] = b2 * v[i][j] + (1 - b2) * g * g;
                double mHat = m[i][j] / (1 - Math.pow(b1, t));
                double vHat = v[i][j] / (1 - Math.pow(b2, t));
                return x - lr * ((1 - nu1) * g + nu1 * mHat) / (Math.sqrt((1 - nu2) * g * g + nu2 * vHat) + 1e-8);
            }
        };
        assertFollows(qhAdam, new QuasiHyperbolic(new Adam().withBeta1(b1).withBeta2(b2), nu1, nu2), 0.01);
    }

    /// @param amsBound whether the largest second moment so far counts
    private static Paper adaBound(double base, boolean amsBound) {
        double b1 = 0.9;
        double b2 = 0.99;
        double gamma = 0.05;
        return new Elementwise() {
            final double[][] largest = zeros();

            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                m[i][j] = b1 * m[i][j] + (1 - b1) * g;
                v[i][j] = b2 * v[i][j] + (1 - b2) * g * g;
                largest[i][j] = Math.max(largest[i][j], v[i][j]);
                double denominator = Math.sqrt(amsBound ? largest[i][j] : v[i][j]) + 1e-8;
                double size = lr * Math.sqrt(1 - Math.pow(b2, t)) / (1 - Math.pow(b1, t)) / denominator;
                double finalLr = 0.1 * lr / base;
                double lower = finalLr * (1 - 1 / (gamma * t + 1));
                double upper = finalLr * (1 + 1 / (gamma * t));
                return x - Math.min(Math.max(size, lower), upper) * m[i][j];
            }
        };
    }

    @Test
    void adaBoundKeepsStepSizesBetweenItsBounds() {
        Adam adam = new Adam(0.9, 0.99, 1e-8, EpsPlacement.UNCORRECTED);
        assertFollows(adaBound(0.01, false), new AdaBound(adam, 0.1, 0.01, 0.05), 0.01);
        assertFollows(adaBound(0.01, true), new AdaBound(new AmsGrad(adam), 0.1, 0.01, 0.05), 0.01);
    }

    @Test
    void adoptDividesByTheSecondMomentOfGradientsBefore() {
        double b1 = 0.9;
        double b2 = 0.99;
        double eps = 1e-3;
        for (Adopt.Variant variant : Adopt.Variant.values()) {
            Paper adopt = new Elementwise() {
                @Override
                double element(int i, int j, int t, double lr, double x, double g) {
                    if (t == 1) {
                        v[i][j] = g * g;
                        return x;
                    }
                    int paperStep = t - 1;
                    double n = g / Math.max(Math.sqrt(v[i][j]), eps);
                    if (variant == Adopt.Variant.CLIPPED) {
                        double c = Math.sqrt(Math.sqrt(paperStep));
                        n = Math.max(-c, Math.min(c, n));
                    }
                    boolean begins = paperStep == 1 && variant == Adopt.Variant.UNCLIPPED;
                    m[i][j] = begins ? n : b1 * m[i][j] + (1 - b1) * n;
                    v[i][j] = b2 * v[i][j] + (1 - b2) * g * g;
                    return x - lr * m[i][j];
                }
            };
            assertFollows(adopt, new Adopt(b1, b2, eps, variant), 0.01);
        }
    }

    @Test
    void adEmaMixWarmsUpAndThenKeepsItsSlowAverage() {
        double b1 = 0.9;
        double b2 = 0.99;
        double b3 = 0.9999;
        double warmup = 20;
        Paper adEmaMix = new Elementwise() {
            final double[][] slow = zeros();

            double ofHalfLife(double steps) {
                return Math.pow(0.5, 1 / (steps + 1));
            }

            double halfLife(double beta) {
                return Math.log(0.5) / Math.log(beta) - 1;
            }

            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                double share = t / warmup;
                double alpha = t < warmup ? share * 5 : 5;
                double rate = t < warmup ? ofHalfLife((1 - share) * halfLife(b1) + share * halfLife(b3)) : b3;
                m[i][j] = b1 * m[i][j] + (1 - b1) * g;
                slow[i][j] = rate * slow[i][j] + (1 - rate) * g;
                v[i][j] = b2 * v[i][j] + (1 - b2) * g * g;
                double mHat = m[i][j] / (1 - Math.pow(b1, t));
                double vHat = v[i][j] / (1 - Math.pow(b2, t));
                return x - lr * ((mHat + alpha * slow[i][j]) / (Math.sqrt(vHat) + 1e-8) + 0.1 * x);
            }
        };
        AdEmaMix rule = new AdEmaMix(new Adam().withBeta2(b2), b3, 5, 0, 0).overSteps(warmup);
        assertFollows(adEmaMix, chain(rule, Rules.decayWeights(0.1)), 0.01);
    }

    @Test
    void marsCorrectsGradientsByTheirChangeAndClipsThem() {
        double b1 = 0.95;
        double b2 = 0.99;
        Paper mars = new Paper() {
            final double[][] last = zeros();

            @Override
            void tensor(int i, int t, double lr, double[] x, double[] g) {
                double[] c = new double[x.length];
                double squares = 0;
                for (int j = 0; j < x.length; j++) {
                    c[j] = g[j] + 0.025 * (b1 / (1 - b1)) * (g[j] - last[i][j]);
                    squares += c[j] * c[j];
                    last[i][j] = g[j];
                }
                double norm = Math.sqrt(squares);
                for (int j = 0; j < x.length; j++) {
                    double clipped = norm > 1 ? c[j] / norm : c[j];
                    m[i][j] = b1 * m[i][j] + (1 - b1) * clipped;
                    v[i][j] = b2 * v[i][j] + (1 - b2) * clipped * clipped;
                    double mHat = m[i][j] / (1 - Math.pow(b1, t));
                    double vHat = v[i][j] / (1 - Math.pow(b2, t));
                    x[j] -= lr * (0.01 * x[j] + mHat / (Math.sqrt(vHat) + 1e-8));
                }
            }
        };
        assertFollows(mars, Rules.mars(), 0.01);
    }

    /// @param rows whether each row is a block, rather than the tensor
    private static Paper adamMini(boolean rows) {
        return new Paper() {
            @Override
            void tensor(int i, int t, double lr, double[] x, double[] g) {
                int blocks = rows && SHAPES[i].length > 1 ? SHAPES[i][0] : 1;
                int size = x.length / blocks;
                for (int block = 0; block < blocks; block++) {
                    double sum = 0;
                    for (int j = block * size; j < (block + 1) * size; j++) {
                        sum += g[j] * g[j];
                    }
                    v[i][block] = 0.99 * v[i][block] + 0.01 * (sum / size);
                    double root = Math.sqrt(v[i][block] / (1 - Math.pow(0.99, t)));
                    for (int j = block * size; j < (block + 1) * size; j++) {
                        m[i][j] = 0.9 * m[i][j] + 0.1 * g[j];
                        x[j] -= lr * (m[i][j] / (1 - Math.pow(0.9, t))) / (root + 1e-8);
                    }
                }
            }
        };
    }

    @Test
    void adamMiniHasOneSecondMomentPerBlock() {
        AdamMini rule = new AdamMini(0.9, 0.99, 1e-8, AdamMini.Blocks.ROW);
        assertFollows(adamMini(true), rule, 0.01);
        assertFollows(adamMini(false), rule.withBlocks(AdamMini.Blocks.TENSOR), 0.01);
    }

    @Test
    void madGradAveragesDually() {
        double mu = 0.8;
        double eps = 1e-4;
        Paper madGrad = new Elementwise() {
            final double[][] s = zeros();
            final double[][] x0 = zeros();

            @Override
            double element(int i, int j, int t, double lr, double x, double g) {
                if (t == 1) {
                    x0[i][j] = x;
                }
                double lambda = lr * Math.sqrt(t);
                double decayed = g + 0.1 * x;
                s[i][j] += lambda * decayed;
                v[i][j] += lambda * decayed * decayed;
                double z = x0[i][j] - s[i][j] / (Math.cbrt(v[i][j]) + eps);
                return x + (1 - mu) * (z - x);
            }
        };
        assertFollows(madGrad, chain(Rules.decayWeights(0.1), new MadGrad(mu, eps)), 0.01);
    }

    /// With gradients of one sign, so that there is a direction in which to go.
    @Test
    void dAdaptationBoundsTheDistanceWithAllTensorsTogether() {
        double b1 = 0.9;
        double b2 = 0.99;
        double eps = 1e-6;
        double decay = 0.1;
        double d0 = 0.01;
        double[] d = {d0};
        Paper dAdaptation = new Paper() {
            final double[][] s = zeros();
            double r;

            @Override
            void step(int t, double lr, double[][] x, double[][] g) {
                double rate = d[0] * lr;
                double along = 0;
                double length = 0;
                for (int i = 0; i < x.length; i++) {
                    for (int j = 0; j < x[i].length; j++) {
                        double size = Math.abs(g[i][j]);
                        m[i][j] = b1 * m[i][j] + (1 - b1) * rate * size;
                        v[i][j] = b2 * v[i][j] + (1 - b2) * size * size;
                        double a = Math.sqrt(v[i][j]) + eps;
                        along += size * s[i][j] / a;
                        s[i][j] = Math.sqrt(b2) * s[i][j] + (1 - Math.sqrt(b2)) * rate * size;
                        length += Math.abs(s[i][j]);
                        x[i][j] -= m[i][j] / a + decay * rate * x[i][j];
                    }
                }
                r = Math.sqrt(b2) * r + (1 - Math.sqrt(b2)) * rate * along;
                d[0] = Math.max(d[0], r / ((1 - Math.sqrt(b2)) * length));
            }

            @Override
            void tensor(int i, int t, double lr, double[] x, double[] g) {
                throw new UnsupportedOperationException();
            }
        };
        Direction towards = s -> abs(s.direction());
        assertFollows(dAdaptation, chain(towards, new DAdaptAdam(b1, b2, eps, d0, decay)), 1);
        assertThat(d[0]).as("the distance that was found").isGreaterThan(1.1 * d0);
    }

    /// What of a factored average of squares is kept, and what it would be.
    private static final class Factored {
        final double[] rows;
        final double[] columns;
        final int height;
        final int width;

        /// Of a stack of matrices.
        Factored(int[] shape) {
            height = shape[shape.length - 2];
            width = shape[shape.length - 1];
            int matrices = IntStream.of(shape).reduce(1, (a, b) -> a * b) / (height * width);
            rows = new double[matrices * height];
            columns = new double[matrices * width];
        }

        double[] update(double beta, double[] squares) {
            double[] estimate = new double[squares.length];
            for (int matrix = 0; matrix < rows.length / height; matrix++) {
                double sum = 0;
                for (int row = 0; row < height; row++) {
                    double mean = 0;
                    for (int column = 0; column < width; column++) {
                        mean += squares[(matrix * height + row) * width + column] / width;
                    }
                    int at = matrix * height + row;
                    rows[at] = beta * rows[at] + (1 - beta) * mean;
                    sum += rows[at];
                }
                for (int column = 0; column < width; column++) {
                    double mean = 0;
                    for (int row = 0; row < height; row++) {
                        mean += squares[(matrix * height + row) * width + column] / height;
                    }
                    int at = matrix * width + column;
                    columns[at] = beta * columns[at] + (1 - beta) * mean;
                    for (int row = 0; row < height; row++) {
                        estimate[(matrix * height + row) * width + column] =
                                rows[matrix * height + row] * columns[at] / (sum / height);
                    }
                }
            }
            return estimate;
        }
    }

    @Test
    void cameDividesByHowMuchDirectionsStray() {
        double b1 = 0.9;
        double b2 = 0.99;
        double b3 = 0.999;
        Paper came = new Paper() {
            final Factored[] moment = new Factored[SHAPES.length];
            final Factored[] instability = new Factored[SHAPES.length];

            @Override
            void tensor(int i, int t, double lr, double[] x, double[] g) {
                boolean factored = SHAPES[i].length > 1;
                if (t == 1 && factored) {
                    moment[i] = new Factored(SHAPES[i]);
                    instability[i] = new Factored(SHAPES[i]);
                }
                double[] squares = new double[x.length];
                for (int j = 0; j < x.length; j++) {
                    squares[j] = g[j] * g[j] + 1e-30;
                    v[i][j] = b2 * v[i][j] + (1 - b2) * squares[j];
                }
                double[] second = factored ? moment[i].update(b2, squares) : v[i];
                double[] u = new double[x.length];
                double sum = 0;
                for (int j = 0; j < x.length; j++) {
                    u[j] = g[j] / Math.sqrt(second[j]);
                    sum += u[j] * u[j];
                }
                double excess = Math.max(1, Math.sqrt(sum / x.length));
                double[] residuals = new double[x.length];
                for (int j = 0; j < x.length; j++) {
                    double clipped = u[j] / excess;
                    m[i][j] = b1 * m[i][j] + (1 - b1) * clipped;
                    residuals[j] = (clipped - m[i][j]) * (clipped - m[i][j]) + 1e-16;
                }
                double[] stray = factored ? instability[i].update(b3, residuals) : residuals;
                for (int j = 0; j < x.length; j++) {
                    x[j] -= lr * (factored ? m[i][j] / Math.sqrt(stray[j]) : m[i][j]);
                }
            }
        };
        Rule rule = chain(new FactoredRmsProp(b2, 1e-30), new ClipByRms(), new ScaleByConfidence(b1, b3, 1e-16));
        assertFollows(came, rule, 0.01);
    }
}
