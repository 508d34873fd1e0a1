package dev.gradus.rules;

import static dev.gradus.rule.Chain.chain;
import static dev.gradus.rule.Mask.named;
import static dev.gradus.rule.Mask.rank;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.rule.Rule;
import dev.gradus.rules.average.AverageWeights;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.AddNoise;
import dev.gradus.rules.control.Cautious;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Grams;
import dev.gradus.rules.control.Partition;
import dev.gradus.rules.control.Sam;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.control.SkipUnusual;
import dev.gradus.rules.layerwise.TrustRatio;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What wrappers and links that decide over whole steps promise, seen from outside.
class WrappersTest {
    private static final int ROWS = 3;
    private static final int ELEMENTS = 12;

    /// Two parameters with gradients that a seed decides.
    private static final class Run implements AutoCloseable {
        final double[] matrix = new Random(1).doubles(ELEMENTS, -1, 1).toArray();
        final double[] vector = new Random(2).doubles(ROWS, -1, 1).toArray();
        final double[] matrixGradient = new double[ELEMENTS];
        final double[] vectorGradient = new double[ROWS];
        final Optimizer optimizer;

        Run(Rule rule) {
            this(rule, Schedules.constant(0.05));
        }

        Run(Rule rule, Schedule learningRate) {
            Parameter w =
                    Parameter.of("w", Shape.of(ROWS, ELEMENTS / ROWS), matrix).gradient(matrixGradient);
            Parameter b = Parameter.of("b", Shape.of(ROWS), vector).gradient(vectorGradient);
            optimizer = Optimizer.of(new ParameterGroup("all", List.of(w, b), rule, learningRate));
        }

        Run gradients(Random random) {
            fill(matrixGradient, random);
            fill(vectorGradient, random);
            return this;
        }

        void step(Random random) {
            gradients(random).optimizer.step();
        }

        /// Gradients of which the norm of all is given.
        Run ofNorm(double norm) {
            gradients(new Random(8));
            double squares = 0;
            for (double[] gradient : List.of(matrixGradient, vectorGradient)) {
                squares += Arrays.stream(gradient).map(x -> x * x).sum();
            }
            for (double[] gradient : List.of(matrixGradient, vectorGradient)) {
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] *= norm / Math.sqrt(squares);
                }
            }
            return this;
        }

        /// Takes over the weights and states of another run.
        void resumes(Run other) {
            try (Arena arena = Arena.ofConfined()) {
                optimizer.load(other.optimizer.save(state -> state.copy(arena)));
            }
        }

        double number(String state) {
            return optimizer.state(state).toArray()[0];
        }

        private static void fill(double[] array, Random random) {
            for (int i = 0; i < array.length; i++) {
                array[i] = random.nextGaussian();
            }
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }

    @Test
    void accumulatedGradientsAreOneLargeBatch() {
        Rule rule = chain(Rules.clipByGlobalNorm(0.7), Rules.adam(), Rules.decayWeights(0.1), new TrustRatio());
        Schedule learningRate = Schedules.linear(0.1, 0.01, 5);
        int k = 4;
        try (Run small = new Run(new Accumulate(rule, k), learningRate);
                Run large = new Run(rule, learningRate)) {
            Random random = new Random(3);
            for (int step = 0; step < 5; step++) {
                double[] matrixSum = new double[ELEMENTS];
                double[] vectorSum = new double[ROWS];
                for (int call = 0; call < k; call++) {
                    double[] before = small.matrix.clone();
                    small.step(random);
                    for (int i = 0; i < ELEMENTS; i++) {
                        matrixSum[i] += small.matrixGradient[i];
                    }
                    for (int i = 0; i < ROWS; i++) {
                        vectorSum[i] += small.vectorGradient[i];
                    }
                    assertThat(Arrays.equals(before, small.matrix)).isEqualTo(call < k - 1);
                }
                for (int i = 0; i < ELEMENTS; i++) {
                    large.matrixGradient[i] = matrixSum[i] / k;
                }
                for (int i = 0; i < ROWS; i++) {
                    large.vectorGradient[i] = vectorSum[i] / k;
                }
                large.optimizer.step();
                assertThat(small.optimizer.completed()).isEqualTo(step + 1);
                assertThat(small.matrix).containsExactly(large.matrix, within(1e-14));
                assertThat(small.vector).containsExactly(large.vector, within(1e-14));
            }
            assertThat(small.optimizer.state("w/adam.exp_avg").toArray())
                    .containsExactly(large.optimizer.state("w/adam.exp_avg").toArray(), within(1e-15));
        }
    }

    @Test
    void aStepWithNaNInAnyGradientIsLeftOutEntirely() {
        Rule rule = chain(new SkipNonFinite(SkipNonFinite.Scope.ALL, 2), Rules.adamW(), new EmaWeights(0.5));
        try (Run run = new Run(rule);
                Run undisturbed = new Run(rule)) {
            Random random = new Random(4);
            Random same = new Random(4);
            run.step(random);
            undisturbed.step(same);
            for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
                run.gradients(new Random(9));
                run.vectorGradient[1] = bad;
                run.optimizer.step();
            }
            assertThat(run.optimizer.completed("w")).isEqualTo(1);
            assertThat(run.optimizer.completed()).isEqualTo(1);
            assertThat(run.number("/skipNonFinite.skipped")).isEqualTo(2);
            assertThat(run.number("/skipNonFinite.skipped_in_a_row")).isEqualTo(2);
            run.step(random);
            undisturbed.step(same);
            assertThat(run.matrix).containsExactly(undisturbed.matrix);
            assertThat(run.optimizer.state("w/emaWeights.average").toArray())
                    .containsExactly(
                            undisturbed.optimizer.state("w/emaWeights.average").toArray());
            assertThat(run.number("/skipNonFinite.skipped_in_a_row")).isZero();
            assertThat(run.number("/skipNonFinite.skipped")).isEqualTo(2);
        }
    }

    @Test
    void afterTooManySkippedStepsOneIsMadeAllTheSame() {
        try (Run run = new Run(chain(new SkipNonFinite(SkipNonFinite.Scope.ALL, 2), Rules.sgd()))) {
            for (int i = 0; i < 3; i++) {
                run.gradients(new Random(1));
                run.matrixGradient[0] = Double.NaN;
                assertThat(run.matrix).doesNotContain(Double.NaN);
                run.optimizer.step();
            }
            assertThat(run.matrix[0]).isNaN();
            assertThat(run.optimizer.completed()).isEqualTo(1);
        }
    }

    @Test
    void oneTensorCanBeLeftOutAlone() {
        try (Run run = new Run(chain(new SkipNonFinite(SkipNonFinite.Scope.TENSOR, 5), Rules.sgd()))) {
            double[] matrix = run.matrix.clone();
            double[] vector = run.vector.clone();
            run.gradients(new Random(1));
            run.matrixGradient[3] = Double.NaN;
            run.optimizer.step();
            assertThat(run.matrix).containsExactly(matrix);
            assertThat(run.vector).isNotEqualTo(vector);
            assertThat(run.number("w/skipNonFinite.skipped")).isEqualTo(1);
            assertThat(run.number("b/skipNonFinite.skipped")).isZero();
            assertThat(run.optimizer.completed("w")).isZero();
            assertThat(run.optimizer.completed("b")).isEqualTo(1);
        }
    }

    /// A restatement of [SkipUnusual], which shares no code with it: whether each of some norms is left out.
    private static boolean[] unusual(double z, int limit, double... norms) {
        boolean[] skips = new boolean[norms.length];
        double average = 0;
        double averageSquare = 0;
        int made = 0;
        int inARow = 0;
        for (int i = 0; i < norms.length; i++) {
            double l = Math.log(norms[i]);
            double weight = 1 - Math.pow(0.99, made);
            double mean = average / weight;
            double deviation = Math.sqrt(averageSquare / weight - mean * mean);
            skips[i] = made >= 20 && inARow < limit && l > mean + z * deviation + 1e-6;
            inARow = skips[i] ? inARow + 1 : 0;
            if (!skips[i]) {
                average = 0.99 * average + 0.01 * l;
                averageSquare = 0.99 * averageSquare + 0.01 * l * l;
                made++;
            }
        }
        return skips;
    }

    /// Norms around 1, of which some are large, at times several in a row and in the first twenty, too.
    private static double[] norms(int count) {
        Random random = new Random(6);
        double[] norms = new double[count];
        for (int i = 0; i < count; i++) {
            double more = i == 40 || i >= 60 && i < 66 ? 3 : i == 7 || random.nextInt(12) == 0 ? 0.8 : 0;
            norms[i] = Math.exp(0.3 * random.nextGaussian() + more);
        }
        return norms;
    }

    @Test
    void aStepWithAnUnusuallyLargeNormIsLeftOutAsInTheRestatement() {
        double[] norms = norms(200);
        for (double z : new double[] {1.5, 2, 4}) {
            boolean[] skips = unusual(z, 3, norms);
            int skipped = 0;
            try (Run run = new Run(chain(new SkipUnusual(z, 3), Rules.adamW()))) {
                for (int i = 0; i < norms.length; i++) {
                    double[] before = run.matrix.clone();
                    run.ofNorm(norms[i]).optimizer.step();
                    assertThat(Arrays.equals(run.matrix, before))
                            .as("z = %s, step %s", z, i + 1)
                            .isEqualTo(skips[i]);
                    skipped += skips[i] ? 1 : 0;
                    assertThat(run.number("/skipUnusual.skipped")).isEqualTo(skipped);
                }
                assertThat(run.optimizer.completed()).isEqualTo(norms.length - skipped);
            }
            assertThat(skipped).as("z = %s", z).isBetween(z == 4 ? 1 : 5, 40);
        }
    }

    @Test
    void theFirstTwentyStepsAreMadeWhateverTheirNorm() {
        try (Run run = new Run(chain(Rules.skipUnusual(4), Rules.sgd()))) {
            for (int i = 0; i < 20; i++) {
                run.ofNorm(i == 19 ? 1e9 : 1 + 0.01 * (i % 3)).optimizer.step();
            }
            assertThat(run.optimizer.completed()).isEqualTo(20);
        }
    }

    @Test
    void aConstantNormIsNeverUnusualAndALargerOneIs() {
        try (Run run = new Run(chain(Rules.skipUnusual(4), Rules.sgd()))) {
            for (int i = 0; i < 100; i++) {
                run.ofNorm(Math.PI * 1e-7).optimizer.step();
            }
            assertThat(run.number("/skipUnusual.skipped")).isZero();
            run.ofNorm(Math.PI * 1.001e-7).optimizer.step();
            assertThat(run.number("/skipUnusual.skipped")).isEqualTo(1);
            run.ofNorm(Math.PI * 1e-9).optimizer.step();
            assertThat(run.number("/skipUnusual.skipped"))
                    .as("a small one is not")
                    .isEqualTo(1);
        }
    }

    @Test
    void aLastingChangeIsFollowedAfterTheLimit() {
        try (Run run = new Run(chain(new SkipUnusual(4, 2), Rules.sgd()))) {
            for (int i = 0; i < 30; i++) {
                run.ofNorm(1 + 0.01 * (i % 3)).optimizer.step();
            }
            for (int i = 0; i < 3; i++) {
                assertThat(run.optimizer.completed()).isEqualTo(30);
                run.ofNorm(100).optimizer.step();
            }
            assertThat(run.optimizer.completed()).isEqualTo(31);
            assertThat(run.number("/skipUnusual.norm")).isCloseTo(100, within(1e-10));
            for (int i = 0; i < 20; i++) {
                run.ofNorm(100).optimizer.step();
            }
            double skipped = run.number("/skipUnusual.skipped");
            for (int i = 0; i < 20; i++) {
                run.ofNorm(100).optimizer.step();
            }
            assertThat(run.number("/skipUnusual.skipped"))
                    .as("the mean and the deviation have followed")
                    .isEqualTo(skipped);
        }
    }

    /// NaN shows unless it is skipped before; neither it nor 0 reaches the averages.
    @Test
    void anInfiniteNormIsUnusualAndANanGoesThrough() {
        Rule rule = chain(Rules.skipUnusual(4), Rules.sgd());
        try (Run run = new Run(rule);
                Run guarded = new Run(chain(Rules.skipNonFinite(), rule))) {
            for (Run each : List.of(run, guarded)) {
                for (int i = 0; i < 25; i++) {
                    each.ofNorm(i == 3 ? 0 : 1 + 0.1 * (i % 3)).optimizer.step();
                }
                assertThat(each.number("/skipUnusual.measured"))
                        .as("without the 0, and the last, which comes with the next step")
                        .isEqualTo(23);
                each.gradients(new Random(1)).matrixGradient[0] = Double.POSITIVE_INFINITY;
                each.optimizer.step();
                assertThat(each.optimizer.completed()).isEqualTo(25);
                each.gradients(new Random(1)).matrixGradient[0] = Double.NaN;
                each.optimizer.step();
            }
            assertThat(run.optimizer.completed()).isEqualTo(26);
            assertThat(run.matrix[0]).isNaN();
            assertThat(run.number("/skipUnusual.skipped")).isEqualTo(1);
            run.ofNorm(1.1).optimizer.step();
            assertThat(run.number("/skipUnusual.log_norm")).isFinite();
            assertThat(guarded.matrix).doesNotContain(Double.NaN);
            assertThat(guarded.number("/skipNonFinite.skipped")).isEqualTo(2);
            assertThat(guarded.number("/skipUnusual.skipped")).isZero();
        }
    }

    @Test
    void whatIsUnusualIsRememberedOverAResume() {
        double[] norms = norms(120);
        Rule rule = chain(new SkipUnusual(2, 3), Rules.adamW());
        try (Run whole = new Run(rule);
                Run first = new Run(rule);
                Run second = new Run(rule)) {
            for (int i = 0; i < norms.length; i++) {
                whole.ofNorm(norms[i]).optimizer.step();
                // Between two of several that are skipped.
                if (i == 62) {
                    second.resumes(first);
                }
                (i < 62 ? first : second).ofNorm(norms[i]).optimizer.step();
            }
            assertThat(second.matrix).containsExactly(whole.matrix);
            assertThat(second.number("/skipUnusual.skipped")).isEqualTo(whole.number("/skipUnusual.skipped"));
        }
    }

    /// A bad gradient is not added to the sum where the skip stands outside; inside, the whole sum is left out.
    @Test
    void skippingOutsideOfAccumulationSavesTheSumAndInsideDropsIt() {
        Rule outside = chain(new SkipNonFinite(), new Accumulate(Rules.sgd(), 2));
        Rule inside = new Accumulate(chain(new SkipNonFinite(), Rules.sgd()), 2);
        try (Run out = new Run(outside);
                Run in = new Run(inside)) {
            double[] start = out.matrix.clone();
            for (int call = 0; call < 3; call++) {
                for (Run run : List.of(out, in)) {
                    run.gradients(new Random(call));
                    if (call == 1) {
                        run.matrixGradient[0] = Double.NaN;
                    }
                    run.optimizer.step();
                }
            }
            assertThat(out.optimizer.completed()).isEqualTo(1);
            assertThat(out.matrix).isNotEqualTo(start).doesNotContain(Double.NaN);
            assertThat(out.number("w/accumulate.calls")).isZero();
            assertThat(in.optimizer.completed()).isZero();
            assertThat(in.matrix).containsExactly(start);
            assertThat(in.number("w/accumulate.calls")).isEqualTo(1);
            assertThat(in.number("/skipNonFinite.skipped")).isEqualTo(1);
            assertThat(in.optimizer.state("w/accumulate.grad_sum").toArray())
                    .as("a new sum has begun")
                    .containsExactly(in.matrixGradient);
        }
    }

    @Test
    void theLossScaleBacksOffAndGrows() {
        try (Run run = new Run(chain(new ScaleLoss(8, 2, 0.5, 2), Rules.sgd()));
                Run plain = new Run(Rules.sgd())) {
            double scale = run.number("/scaleLoss.scale");
            assertThat(scale).isEqualTo(8);
            run.gradients(new Random(0));
            run.matrixGradient[0] = Double.NEGATIVE_INFINITY;
            run.optimizer.step();
            assertThat(run.number("/scaleLoss.scale")).isEqualTo(4);
            assertThat(run.optimizer.completed()).isZero();
            for (int i = 0; i < 2; i++) {
                scale = run.number("/scaleLoss.scale");
                run.gradients(new Random(i));
                plain.step(new Random(i));
                for (int k = 0; k < ELEMENTS; k++) {
                    run.matrixGradient[k] *= scale;
                }
                run.optimizer.step();
            }
            assertThat(run.number("/scaleLoss.scale")).isEqualTo(8);
            assertThat(run.number("/scaleLoss.good_steps")).isZero();
            assertThat(run.matrix).containsExactly(plain.matrix);
        }
    }

    @Test
    void theAverageChangesPlacesWithTheWeightsAndBack() {
        Rule rule = chain(new Accumulate(Rules.adam(), 2), new EmaWeights(0.75));
        try (Run run = new Run(rule)) {
            Random random = new Random(5);
            double[] average = run.matrix.clone();
            for (int call = 0; call < 6; call++) {
                run.step(random);
                for (int i = 0; call % 2 == 1 && i < ELEMENTS; i++) {
                    average[i] = 0.75 * average[i] + 0.25 * run.matrix[i];
                }
            }
            double[] trained = run.matrix.clone();
            assertThat(run.optimizer.state("w/emaWeights.average").toArray()).containsExactly(average, within(1e-15));
            run.optimizer.evaluate();
            run.optimizer.evaluate();
            assertThat(run.optimizer.isEvaluating()).isTrue();
            assertThat(run.matrix).containsExactly(average, within(1e-15));
            assertThatThrownBy(run.optimizer::step)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("the optimizer is in evaluation mode: call train() first");
            run.optimizer.train();
            run.optimizer.train();
            assertThat(run.matrix).containsExactly(trained);
            run.step(random);
        }
    }

    @Test
    void theDecayOfAnAverageWarmsUpAlsoOverAResume() {
        EmaWeights warmedUp = new EmaWeights(0.75).withStart(EmaWeights.Start.WARMUP);
        Rule rule = chain(Rules.adam(), warmedUp);
        try (Run run = new Run(rule);
                Run resumed = new Run(rule)) {
            Random random = new Random(5);
            Random same = new Random(5);
            double[] average = run.matrix.clone();
            for (int t = 1; t <= 40; t++) {
                run.step(random);
                // (1 + t) / (10 + t) is 0.75 at the 26th step.
                double decay = t < 26 ? (1.0 + t) / (10 + t) : 0.75;
                for (int i = 0; i < ELEMENTS; i++) {
                    average[i] = decay * average[i] + (1 - decay) * run.matrix[i];
                }
                assertThat(run.optimizer.state("w/emaWeights.average").toArray())
                        .containsExactly(average, within(1e-14));
                if (t == 9) {
                    resumed.resumes(run);
                    run.gradients(same);
                    for (int i = 1; i < 9; i++) {
                        run.gradients(same);
                    }
                }
                if (t > 9) {
                    resumed.step(same);
                }
            }
            assertThat(resumed.optimizer.state("w/emaWeights.average").toArray())
                    .containsExactly(run.optimizer.state("w/emaWeights.average").toArray());
        }
    }

    @Test
    void stochasticWeightAveragingTakesTheMeanFromItsStartOn() {
        try (Run run = new Run(chain(Rules.sgd(), new AverageWeights(3, 2)))) {
            Random random = new Random(6);
            double[] sum = new double[ELEMENTS];
            for (int t = 1; t <= 8; t++) {
                run.step(random);
                if (t < 3) {
                    assertThat(run.optimizer.state("w/averageWeights.average").toArray())
                            .containsExactly(run.matrix);
                } else if ((t - 3) % 2 == 0) {
                    for (int i = 0; i < ELEMENTS; i++) {
                        sum[i] += run.matrix[i] / 3;
                    }
                }
            }
            assertThat(run.number("w/averageWeights.averaged")).isEqualTo(3);
            run.optimizer.evaluate();
            assertThat(run.matrix).containsExactly(sum, within(1e-15));
        }
    }

    /// An average of the evaluated weights of a schedule-free rule goes back in the opposite order.
    @Test
    void evaluationIsUndoneInTheOppositeOrder() {
        Rule rule = chain(new ScheduleFree(Rules.adam().withBeta1(0)), new EmaWeights(0.9));
        try (Run run = new Run(rule)) {
            Random random = new Random(7);
            for (int i = 0; i < 4; i++) {
                run.step(random);
            }
            double[] trained = run.matrix.clone();
            double[] average = run.optimizer.state("w/emaWeights.average").toArray();
            run.optimizer.evaluate();
            assertThat(run.matrix).containsExactly(average);
            run.optimizer.train();
            assertThat(run.matrix).containsExactly(trained, within(1e-15));
            assertThat(run.optimizer.state("w/emaWeights.average").toArray()).containsExactly(average);
        }
    }

    /// After n steps of plain descent with a constant learning rate, x is the mean of z_1 … z_n.
    @Test
    void scheduleFreeEvaluatesTheMeanOfItsBaseIterates() {
        try (Run run = new Run(new ScheduleFree(new Descend()))) {
            Random random = new Random(8);
            double[] z = run.matrix.clone();
            double[] mean = new double[ELEMENTS];
            int steps = 6;
            for (int t = 0; t < steps; t++) {
                run.step(random);
                for (int i = 0; i < ELEMENTS; i++) {
                    z[i] -= 0.05 * run.matrixGradient[i];
                    mean[i] += z[i] / steps;
                }
            }
            assertThat(run.optimizer.state("w/scheduleFree.z").toArray()).containsExactly(z, within(1e-15));
            for (int i = 0; i < ELEMENTS; i++) {
                assertThat(run.matrix[i]).isCloseTo(0.9 * mean[i] + 0.1 * z[i], within(1e-14));
            }
            run.optimizer.evaluate();
            assertThat(run.matrix).containsExactly(mean, within(1e-14));
        }
    }

    @Test
    void samStepsFromWhereItWasWithTheGradientOfWhereItLooked() {
        double rho = 0.3;
        for (Sam.Neighbourhood neighbourhood : Sam.Neighbourhood.values()) {
            try (Run run = new Run(new Sam(Rules.sgd(), rho, neighbourhood));
                    Run plain = new Run(Rules.sgd())) {
                boolean isBall = neighbourhood == Sam.Neighbourhood.BALL;
                for (int step = 0; step < 3; step++) {
                    double[] start = run.matrix.clone();
                    run.gradients(new Random(step));
                    double norm = 0;
                    for (int i = 0; i < ELEMENTS; i++) {
                        norm += Math.pow(run.matrixGradient[i] * (isBall ? 1 : start[i]), 2);
                    }
                    for (int i = 0; i < ROWS; i++) {
                        norm += Math.pow(run.vectorGradient[i] * (isBall ? 1 : run.vector[i]), 2);
                    }
                    norm = Math.sqrt(norm);
                    run.optimizer.fire(Sam.PERTURB);
                    run.optimizer.fire(Sam.PERTURB);
                    for (int i = 0; i < ELEMENTS; i++) {
                        double scale = isBall ? 1 : start[i] * start[i];
                        double expected = start[i] + rho * scale * run.matrixGradient[i] / norm;
                        assertThat(run.matrix[i]).isCloseTo(expected, within(1e-14));
                    }
                    run.step(new Random(100 + step));
                    plain.step(new Random(100 + step));
                    assertThat(run.matrix).containsExactly(plain.matrix, within(1e-14));
                }
                run.step(new Random(50));
                plain.step(new Random(50));
                assertThat(run.matrix)
                        .as("a step without a second gradient")
                        .containsExactly(plain.matrix, within(1e-14));
            }
        }
    }

    @Test
    void aCautiousRuleMovesOnlyWithTheGradient() {
        try (Run run = new Run(new Cautious(new Momentum(0.9)))) {
            double[] buffer = new double[ELEMENTS];
            for (int step = 0; step < 4; step++) {
                double[] before = run.matrix.clone();
                run.step(new Random(step));
                double agreeing = 0;
                for (int i = 0; i < ELEMENTS; i++) {
                    buffer[i] = 0.9 * buffer[i] + run.matrixGradient[i];
                    agreeing += buffer[i] * run.matrixGradient[i] > 0 ? 1 : 0;
                }
                for (int i = 0; i < ELEMENTS; i++) {
                    double mask = buffer[i] * run.matrixGradient[i] > 0 ? 1 : 0;
                    double u = buffer[i] * mask * ELEMENTS / agreeing;
                    assertThat(run.matrix[i]).isCloseTo(before[i] - 0.05 * u, within(1e-14));
                }
            }
        }
    }

    @Test
    void gramsTakesTheMagnitudeOfTheRuleAndTheSignOfTheGradient() {
        try (Run run = new Run(new Grams(new Momentum(0.9)))) {
            double[] buffer = new double[ELEMENTS];
            for (int step = 0; step < 3; step++) {
                double[] before = run.matrix.clone();
                run.step(new Random(step));
                for (int i = 0; i < ELEMENTS; i++) {
                    buffer[i] = 0.9 * buffer[i] + run.matrixGradient[i];
                    double u = Math.abs(buffer[i]) * Math.signum(run.matrixGradient[i]);
                    assertThat(run.matrix[i]).isCloseTo(before[i] - 0.05 * u, within(1e-15));
                }
            }
        }
    }

    @Test
    void masksNeedARuleThatMakesADirection() {
        assertThatThrownBy(() -> new Run(new Cautious(chain(Rules.sgd(), new Descend()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cautious: it needs a rule that makes a direction, but chain moves the parameter itself");
    }

    @Test
    void aPartitionGivesEachParameterItsRule() {
        Rule rule = new Partition(rank(2), Rules.adam(), new Descend());
        try (Run run = new Run(rule);
                Run adam = new Run(Rules.adam());
                Run descent = new Run(new Descend())) {
            for (Run each : List.of(run, adam, descent)) {
                each.step(new Random(1));
            }
            assertThat(run.matrix).containsExactly(adam.matrix);
            assertThat(run.vector).containsExactly(descent.vector);
            assertThat(run.optimizer.states()).extracting(StateView::name).noneMatch(name -> name.startsWith("b/"));
        }
    }

    @Test
    void branchesOfAPartitionWithOneNameAndDifferentValuesAreRefused() {
        Rule rule = new Partition(rank(2), Rules.adam(), Rules.adam().withBeta2(0.9));
        assertThatThrownBy(() -> new Run(rule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("group \"all\": adam.beta2 is 0.999 for some parameters and 0.9 for others: give one of the"
                        + " links a name of its own with named(\"…\")");
    }

    @Test
    void frozenParametersStayAndGoOnWhereTheyWere() {
        try (Run run = new Run(Rules.adam());
                Run other = new Run(Rules.adam())) {
            run.step(new Random(1));
            other.step(new Random(1));
            run.optimizer.freeze(named("w"));
            double[] frozen = run.matrix.clone();
            run.step(new Random(2));
            assertThat(run.matrix).containsExactly(frozen);
            assertThat(run.optimizer.isFrozen("w")).isTrue();
            assertThat(run.optimizer.completed("b")).isEqualTo(2);
            run.optimizer.unfreeze(named("*"));
            run.step(new Random(3));
            other.step(new Random(3));
            assertThat(run.matrix).containsExactly(other.matrix);
            assertThatThrownBy(() -> run.optimizer.freeze(named("x*")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("no parameter matches \"x*\": there are ");
        }
    }

    @Test
    void aParameterWhoseStatesWereDroppedBeginsAnew() {
        Rule rule = chain(Rules.adam(), new EmaWeights(0.5));
        try (Run run = new Run(rule)) {
            run.step(new Random(1));
            run.step(new Random(2));
            double[] now = run.matrix.clone();
            run.optimizer.reset(named("w"));
            assertThat(run.optimizer.completed("w")).isZero();
            assertThat(run.optimizer.completed("b")).isEqualTo(2);
            assertThat(run.optimizer.state("w/emaWeights.average").toArray()).containsExactly(now);
            assertThat(run.optimizer.state("w/adam.exp_avg_sq").toArray()).containsOnly(0);
            assertThat(run.optimizer.state("b/adam.exp_avg_sq").toArray()).doesNotContain(0);
        }
    }

    @Test
    void noiseHasItsVarianceAndDependsOnNamesAndStepsAlone() {
        int n = 40_000;
        double[] first = noise(n, "w", new AddNoise(4, 1), 2);
        assertThat(noise(n, "w", new AddNoise(4, 1), 2)).containsExactly(first);
        assertThat(noise(n, "v", new AddNoise(4, 1), 2)).isNotEqualTo(first);
        assertThat(noise(n, "w", new AddNoise(4, 1).named("other"), 2)).isNotEqualTo(first);
        double mean = 0;
        double square = 0;
        double lag = 0;
        for (int i = 0; i < n; i++) {
            mean += first[i] / n;
            square += first[i] * first[i] / n;
            lag += i == 0 ? 0 : first[i] * first[i - 1] / n;
        }
        // At the second step the variance is 4 / 2; five standard errors.
        assertThat(mean).isCloseTo(0, within(5 * Math.sqrt(2.0 / n)));
        assertThat(square).isCloseTo(2, within(5 * 2 * Math.sqrt(2.0 / n)));
        assertThat(lag).isCloseTo(0, within(5 * 2 / Math.sqrt(n)));
    }

    /// What the last of some steps with gradients of zero subtracts.
    private static double[] noise(int n, String name, Rule rule, int steps) {
        double[] values = new double[n];
        Parameter parameter = Parameter.of(name, Shape.of(n), values).gradient(new double[n]);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(parameter), rule, 1))) {
            for (int i = 0; i < steps; i++) {
                Arrays.fill(values, 0);
                optimizer.step();
            }
        }
        return values;
    }
}
