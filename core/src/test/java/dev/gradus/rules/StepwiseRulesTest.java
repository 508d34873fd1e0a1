package dev.gradus.rules;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.RuleDescription;
import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.RootEps;
import dev.gradus.rules.average.Asgd;
import dev.gradus.rules.control.Cautious;
import dev.gradus.rules.control.DecayOverTime;
import dev.gradus.rules.control.ScaleByLearningRate;
import dev.gradus.rules.decay.DecayProximally;
import dev.gradus.rules.layerwise.Fromage;
import dev.gradus.rules.layerwise.LayerwiseRate;
import dev.gradus.rules.momentum.Dampen;
import dev.gradus.rules.momentum.Lion;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Rprop;
import dev.gradus.rules.reference.DelayStep;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What recorded trajectories do not show of the rules that they cover: changes of the learning rate, zeros,
/// rounding, limits and combinations.
class StepwiseRulesTest {
    private static final double ROUNDING = 1e-15;

    private static final Schedule HALVED = completed -> completed == 0 ? 1 : 0.5;

    /// Trains a vector with given gradients.
    private static final class Run implements AutoCloseable {
        private final double[] values;
        private final double[] gradient;
        private final Optimizer optimizer;

        Run(Rule rule, Schedule learningRate, double... values) {
            this.values = values;
            this.gradient = new double[values.length];
            Parameter w = Parameter.of("w", Shape.of(values.length), values).gradient(gradient);
            optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), rule, learningRate));
        }

        double[] step(double... gradients) {
            System.arraycopy(gradients, 0, gradient, 0, gradient.length);
            optimizer.step();
            return values;
        }

        @Override
        public void close() {
            optimizer.close();
        }
    }

    @Test
    void momentumKeepsDirectionsUnlessTheLearningRateIsPartOfThem() {
        try (Run directions = new Run(new Momentum(0.5), HALVED, 0);
                Run steps = new Run(chain(new ScaleByLearningRate(), new Momentum(0.5)), HALVED, 0)) {
            assertThat(directions.step(1)).containsExactly(-1);
            assertThat(directions.step(1)).containsExactly(-1 - 0.5 * 1.5);
            assertThat(steps.step(1)).containsExactly(-1);
            assertThat(steps.step(1)).containsExactly(-1 - (0.5 + 0.5));
        }
    }

    @Test
    void theLearningRateIsPartOfADirectionOnlyOnce() {
        Rule twice = chain(new ScaleByLearningRate(), new Momentum(), new ScaleByLearningRate());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RuleDescription.of(twice, "w", Shape.of(3)))
                .withMessage("scaleByLearningRate: it makes the learning rate part of the direction, but a link before"
                        + " it has already done so");
    }

    @Test
    void aWrapperKeepsTheLearningRatePartOfTheDirection() {
        try (Run run = new Run(new Cautious(new Rprop()), Schedules.constant(0.25), 1, 1)) {
            assertThat(run.step(3, -8)).containsExactly(0.75, 1.25);
        }
    }

    @Test
    void dampeningSparesTheFirstStep() {
        try (Run run = new Run(chain(new Dampen(0.25), new Momentum(0.5)), Schedules.constant(1), 0)) {
            assertThat(run.step(1)).containsExactly(-1);
            assertThat(run.step(1)).containsExactly(-1 - (0.5 + 0.75));
        }
    }

    @Test
    void nesterovGoesAheadOfHeavyBall() {
        try (Run run = new Run(new Momentum(0.5, Momentum.Form.NESTEROV), Schedules.constant(1), 0)) {
            assertThat(run.step(1)).containsExactly(-1.5);
            assertThat(run.step(1)).containsExactly(-1.5 - (1 + 0.5 * 1.5));
        }
    }

    @Test
    void aVarianceThatIsNegativeByRoundingIsZero() {
        Rule rule = new RmsProp(0.5, 0.25).withAbout(RmsProp.About.MEAN);
        try (Run run = new Run(rule, Schedules.constant(1), 0)) {
            for (int step = 0; step < 100; step++) {
                double before = run.values[0];
                assertThat(before - run.step(0.7)[0]).isBetween(0.0, 0.7 / 0.25 + 1e-12);
            }
        }
    }

    @Test
    void aStepSizeGrowsShrinksAndStaysWithinItsLimits() {
        try (Run run = new Run(new Rprop(0.5, 2, 0.2, 0.5), Schedules.constant(0.25), 0)) {
            assertThat(run.step(3)).containsExactly(-0.25);
            assertThat(run.step(1)).containsExactly(-0.75);
            assertThat(run.step(7)).as("the largest step").containsExactly(-1.25);
            assertThat(run.step(-1)).as("none where the sign changes").containsExactly(-1.25);
            assertThat(run.step(-1)).containsExactly(-1);
            assertThat(run.step(1)).containsExactly(-1);
            assertThat(run.step(1)).as("the least step").containsExactly(-1.2);
        }
    }

    @Test
    void stepSizesNeedRoomBetweenTheirLimits() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Rprop(0.5, 1.2, 2, 1))
                .withMessage("Rprop: min_step must be at most max_step, 1.0, got 2.0");
    }

    @Test
    void aLateStepIsLeftOutWhereTheGradientHasTurned() {
        try (Run run = new Run(chain(new Rprop(0.5, 2, 0.1, 50), new DelayStep()), Schedules.constant(1), 0)) {
            assertThat(run.step(1)).containsExactly(0);
            assertThat(run.step(1)).containsExactly(-1);
            assertThat(run.step(-1)).containsExactly(-1);
            assertThat(run.step(-1)).as("the one before was none").containsExactly(-1);
            assertThat(run.step(-1)).containsExactly(0);
        }
    }

    @Test
    void weightsAreAveragedFromTheStepAfterT0() {
        double lambda = 0.5;
        try (Run run = new Run(new Asgd(lambda, 1, 1), Schedules.constant(0.5), 2)) {
            double first = 2 - 0.5 * (1 + lambda * 2);
            double second = first - 0.5 / (1 + lambda * 0.5) * (1 + lambda * first);
            double third = second - 0.5 / (1 + lambda * 0.5 * 2) * (1 + lambda * second);
            double fourth = third - 0.5 / (1 + lambda * 0.5 * 3) * (1 + lambda * third);
            assertThat(run.step(1)[0]).isEqualTo(first, within(ROUNDING));
            assertThat(run.step(1)[0]).isEqualTo(second, within(ROUNDING));
            assertThat(run.step(1)[0]).isEqualTo(third, within(ROUNDING));
            assertThat(run.step(1)[0]).isEqualTo(fourth, within(ROUNDING));

            run.optimizer.evaluate();
            assertThat(run.values[0]).isEqualTo((third + fourth) / 2, within(ROUNDING));
            run.optimizer.train();
            assertThat(run.values[0]).isEqualTo(fourth, within(ROUNDING));
        }
    }

    @Test
    void layerwiseRatesAreOneAtZeroNorms() {
        try (Run run = new Run(new LayerwiseRate(0.01, 0), Schedules.constant(0.5), 0, 0)) {
            assertThat(run.step(3, 4)).containsExactly(-1.5, -2);
            assertThat(run.step(0, 0)).containsExactly(-1.5, -2);
            double rate = 0.01 * 2.5 / 10;
            assertThat(run.step(6, 8))
                    .containsExactly(new double[] {-1.5 - 0.5 * rate * 6, -2 - 0.5 * rate * 8}, within(ROUNDING));
        }
    }

    @Test
    void fromageKeepsTheLengthWhereItMovesAcross() {
        try (Run run = new Run(new Fromage(), Schedules.constant(0.75), 3, 4)) {
            double[] moved = run.step(-8, 6);
            assertThat(Math.hypot(moved[0], moved[1])).isEqualTo(5, within(1e-14));
            assertThat(moved[0]).isEqualTo((3 + 0.75 * 4) / 1.25, within(1e-14));
        }
    }

    @Test
    void proximalDecayDividesWhatTheStepLeaves() {
        try (Run run = new Run(chain(new Lion(), new DecayProximally(0.5)), Schedules.constant(0.5), 3)) {
            assertThat(run.step(7)[0]).isEqualTo((3 - 0.5) / 1.25, within(ROUNDING));
            assertThat(run.step(7)[0]).isEqualTo(((3 - 0.5) / 1.25 - 0.5) / 1.25, within(ROUNDING));
        }
    }

    @Test
    void adagradSlowsDownWithItsOwnSteps() {
        Rule rule = chain(new Adagrad(0, 0, RootEps.OUTSIDE), new DecayOverTime(0.5));
        try (Run run = new Run(rule, Schedules.constant(1), 0)) {
            assertThat(run.step(3)).containsExactly(-1);
            assertThat(run.step(4)[0]).isEqualTo(-1 - 4.0 / 5 / 1.5, within(ROUNDING));
        }
    }
}
