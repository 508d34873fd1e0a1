package dev.gradus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SchedulesTest {
    @Test
    void linearReachesItsEndAndStays() {
        Schedule linear = Schedules.linear(1, 3, 4);
        assertThat(new double[] {linear.at(0), linear.at(1), linear.at(4), linear.at(100)})
                .containsExactly(1, 1.5, 3, 3);
    }

    @Test
    void cosineIsHalfWayInTheMiddleAndStaysAtItsEnd() {
        Schedule cosine = Schedules.cosine(2, 1, 10);
        assertThat(cosine.at(0)).isEqualTo(2);
        assertThat(cosine.at(5)).isCloseTo(1.5, within(1e-15));
        assertThat(cosine.at(10)).isEqualTo(1);
        assertThat(cosine.at(15)).isEqualTo(1);
    }

    @Test
    void cosineAnnealingRisesAgain() {
        Schedule annealing = Schedules.cosineAnnealing(2, 1, 10);
        assertThat(annealing.at(15)).isCloseTo(1.5, within(1e-15));
        assertThat(annealing.at(20)).isCloseTo(2, within(1e-15));
        assertThat(annealing.atLeast(1.8).at(10)).isEqualTo(1.8);
    }

    @Test
    void thenBeginsWhereTheFirstEnds() {
        Schedule schedule =
                Schedules.linear(0, 1, 2).then(Schedules.linear(1, 0, 2)).then(Schedules.constant(7));
        assertThat(new double[] {schedule.at(0), schedule.at(1), schedule.at(2), schedule.at(3), schedule.at(4)})
                .containsExactly(0, 0.5, 1, 0.5, 7);
        assertThatThrownBy(() -> Schedules.noam(1, 64, 10).then(Schedules.constant(1)))
                .hasMessageContaining("runs for ever");
    }

    @Test
    void noamPeaksAtTheEndOfItsWarmup() {
        Schedule noam = Schedules.noam(1, 64, 4);
        assertThat(noam.at(3)).isCloseTo(1 / 8.0 / 2, within(1e-15));
        assertThat(noam.at(0)).isLessThan(noam.at(3));
        assertThat(noam.at(10)).isLessThan(noam.at(3));
    }

    @Test
    void timesKeepsThePerParameterClock() {
        assertThat(Schedules.constant(1).perParameter().times(2).isPerParameter())
                .isTrue();
        assertThat(Schedules.constant(1).times(2).isPerParameter()).isFalse();
        assertThat(Schedules.constant(1).perParameter().times(2).at(0)).isEqualTo(2);
    }

    @Test
    void productsMultiplyWhatRunsAtTheSameTime() {
        Schedule product = Schedules.linear(1, 3, 2).times(Schedules.linear(0, 1, 4));
        assertThat(values(product, 0, 1, 2, 3, 4, 9)).containsExactly(0, 0.5, 1.5, 2.25, 3, 3);
        assertThat(product.duration()).isEqualTo(4);
    }

    @Test
    void polynomialFallsWithItsPower() {
        Schedule polynomial = Schedules.polynomial(5, 1, 4, 2);
        assertThat(values(polynomial, 0, 1, 2, 4, 9)).containsExactly(5, 1 + 4 * 0.5625, 2, 1, 1);
        assertThat(values(Schedules.polynomial(5, 1, 4, 1), 0, 1, 3, 4))
                .containsExactly(values(Schedules.linear(5, 1, 4), 0, 1, 3, 4));
    }

    @Test
    void anExponentOfTheCosineChangesWhatIsBetween() {
        Schedule squared = Schedules.cosine(3, 1, 4, 2);
        assertThat(squared.at(0)).isEqualTo(3);
        assertThat(squared.at(2)).isCloseTo(1.5, within(1e-15));
        assertThat(squared.at(4)).isEqualTo(1);
        assertThat(Schedules.cosine(3, 1, 4, 1)).isEqualTo(Schedules.cosine(3, 1, 4));
    }

    @Test
    void restartsBeginAnewAndGrow() {
        Schedule restarts = Schedules.cosineRestarts(2, 0, 2, 3);
        assertThat(values(restarts, 0, 2, 8)).containsExactly(2, 2, 2); // cycles of 2, 6 and 18 updates
        assertThat(restarts.at(1)).isCloseTo(1, within(1e-15));
        assertThat(restarts.at(5)).isCloseTo(1, within(1e-15));
        assertThat(restarts.at(17)).isCloseTo(1, within(1e-15));
        assertThat(Schedules.cosineRestarts(2, 0, 4, 1).at(4_000_000_000_002L)).isCloseTo(1, within(1e-15));
    }

    @Test
    void exponentialHalvesAndItsStaircaseJumps() {
        assertThat(values(Schedules.exponential(8, 0.25, 2), 0, 1, 2, 4)).containsExactly(8, 4, 2, 0.5);
        Schedule staircase = Schedules.staircase(8, 0.25, 2);
        assertThat(values(staircase, 0, 1, 2, 3, 4)).containsExactly(8, 8, 2, 2, 0.5);
        assertThat(values(staircase.after(3).atLeast(1), 2, 4, 5, 7, 9)).containsExactly(8, 8, 2, 1, 1);
        assertThat(Schedules.exponential(1, 2, 1).atMost(3).at(2)).isEqualTo(3);
    }

    @Test
    void inverseSquareRootAfterAsLongAWarmupIsNoamsCurve() {
        assertThat(values(Schedules.inverseSqrt(6, 5), 0, 15, 40)).containsExactly(6, 3, 2);
        Schedule noam = Schedules.noam(2, 16, 4);
        double peak = noam.at(3);
        Schedule composed = Schedules.linear(peak / 4, peak, 3).then(Schedules.inverseSqrt(peak, 4));
        for (long t : new long[] {0, 1, 2, 3, 4, 10, 1_000, 10_000_000_000L}) {
            assertThat(composed.at(t)).as("at %d", t).isCloseTo(noam.at(t), withinPercentage(1e-12));
        }
    }

    @Test
    void rexIsAboveTheStraightLine() {
        Schedule rex = Schedules.rex(4, 1, 4);
        assertThat(values(rex, 0, 2, 4, 7)).containsExactly(4, 1 + 3 * 0.5 / 0.75, 1, 1);
        assertThat(rex.at(3)).isCloseTo(1 + 3 * 0.25 / 0.625, within(1e-15));
    }

    @Test
    void piecesRunFromKnotToKnot() {
        List<Knot> knots = List.of(Schedules.knot(2, 1), Schedules.knot(4.5, 6), Schedules.knot(6, 0));
        assertThat(values(Schedules.piecewise(knots, Curve.CONSTANT), 0, 2, 4, 5, 6, 7))
                .containsExactly(1, 1, 1, 6, 0, 0);
        assertThat(values(Schedules.piecewise(knots, Curve.LINEAR), 0, 2, 3, 4, 6, 7))
                .containsExactly(1, 1, 3, 5, 0, 0);
        Schedule cosine = Schedules.piecewise(knots, Curve.COSINE);
        assertThat(cosine.at(3)).isCloseTo(6 - 2.5 * (1 + Math.cos(0.4 * Math.PI)), within(1e-14));
        assertThat(cosine.duration()).isEqualTo(6);
        List<Knot> jump =
                List.of(Schedules.knot(0, 1), Schedules.knot(2, 3), Schedules.knot(2, 8), Schedules.knot(4, 0));
        assertThat(values(Schedules.piecewise(jump, Curve.LINEAR), 1, 2, 3)).containsExactly(2, 8, 4);
    }

    @Test
    void multiStepMultipliesAtItsMilestones() {
        assertThat(values(Schedules.multiStep(8, 0.5, List.of(2L, 5L)), 0, 1, 2, 4, 5, 99))
                .containsExactly(8, 8, 4, 4, 2, 2);
    }

    @Test
    void oneCycleHasItsPeakWhereTorchHasIt() {
        Schedule cycle = Schedules.oneCycle(1, 5, 0, 10, 0.25, Curve.LINEAR);
        // The peak is at 0.25·10 − 1 = 1.5 updates, the end at the tenth step.
        assertThat(cycle.at(0)).isEqualTo(1);
        assertThat(cycle.at(1)).isCloseTo(1 + 4 / 1.5, within(1e-14));
        assertThat(cycle.at(2)).isCloseTo(5 - 5 * 0.5 / 7.5, within(1e-14));
        assertThat(values(cycle, 9, 10)).containsExactly(0, 0);
        Schedule phases = Schedules.oneCycleThreePhase(1, 5, 0, 10, 0.3, Curve.LINEAR);
        assertThat(values(phases, 0, 1, 2, 3, 4, 9)).containsExactly(1, 3, 5, 3, 1, 0);
        assertThat(Schedules.oneCycle(1, 100).at(0)).isCloseTo(0.04, within(1e-16));
    }

    @Test
    void trianglesRiseAndFallAgainAndAgain() {
        assertThat(values(Schedules.triangular(1, 5, 4, 2), 0, 1, 2, 4, 5, 6, 10, 11, 12))
                .containsExactly(1, 2, 3, 5, 3, 1, 5, 3, 1);
        assertThat(values(Schedules.triangular2(1, 5, 4, 2), 4, 6, 10, 11, 16)).containsExactly(5, 1, 3, 2, 2);
        assertThat(values(Schedules.expRange(1, 5, 4, 2, 0.5), 0, 1, 2, 4, 5))
                .containsExactly(1, 1.5, 1.5, 1.25, 1.0625);
        assertThat(values(Schedules.triangular(0.75, 0.25, 2, 2), 0, 1, 2, 3, 4))
                .containsExactly(0.75, 0.5, 0.25, 0.5, 0.75);
        assertThat(values(Schedules.triangular(0, 3, 3, 0), 0, 1, 2, 3, 4)).containsExactly(0, 1, 2, 0, 1);
        long half = Long.MAX_VALUE / 2 + 1;
        assertThat(Schedules.triangular(0, 1, half, half).at(half)).isEqualTo(1);
        assertThat(Schedules.triangular2(1, 5, 1, 1).at(1_000_001)).isEqualTo(1);
        assertThatThrownBy(() -> Schedules.triangular(0, 1, 4, 4).then(Schedules.constant(1)))
                .hasMessageContaining("runs for ever");
    }

    @Test
    void warmupsRiseToTheFirstValue() {
        assertThat(values(Schedules.cosine(2, 0, 4).warmup(2), 0, 1, 2, 6)).containsExactly(0, 1, 2, 0);
        assertThat(values(Schedules.warmupStableDecay(2, 2, 3, 4, 0), 0, 1, 2, 4, 5, 7, 9, 10))
                .containsExactly(0, 1, 2, 2, 2, 1, 0, 0);
        assertThat(values(Schedules.constant(3).warmup(0), 0, 1)).containsExactly(3, 3);
    }

    @Test
    void aScheduleOfEpochsChangesOnceAnEpoch() {
        Schedule everyEpoch = Schedules.linear(3, 0, 3).every(10);
        assertThat(values(everyEpoch, 0, 9, 10, 29, 30)).containsExactly(3, 3, 2, 1, 0);
        assertThat(everyEpoch.duration()).isEqualTo(30);
        assertThat(everyEpoch.perParameter().isPerParameter()).isTrue();
        assertThat(Schedules.constant(1).perParameter().every(2).isPerParameter())
                .isTrue();
    }

    @Test
    void zeroStepsAreTheEnd() {
        assertThat(Stream.of(
                                Schedules.linear(1, 7, 0),
                                Schedules.cosine(1, 7, 0),
                                Schedules.polynomial(1, 7, 0, 2),
                                Schedules.rex(1, 7, 0))
                        .map(schedule -> schedule.at(0)))
                .containsOnly(7.0);
    }

    @Test
    void countsMayExceedAnInt() {
        long long40 = 1L << 40;
        assertThat(Schedules.linear(0, 1, long40).at(long40 / 4)).isEqualTo(0.25);
        assertThat(Schedules.rex(1, 0, long40).at(long40 / 2)).isEqualTo(0.5 / 0.75);
        assertThat(Schedules.exponential(1, 0.5, long40).at(2 * long40)).isEqualTo(0.25);
        assertThat(Schedules.constant(1).until(long40, Schedules.constant(2)).at(long40))
                .isEqualTo(2);
        for (Schedule schedule : Schedules.all()) {
            assertThat(schedule.at(Long.MAX_VALUE)).as("%s", schedule).isFinite();
        }
        assertThat(Schedules.linear(0, 1, Long.MAX_VALUE).every(2).duration()).isEqualTo(Long.MAX_VALUE);
        assertThat(Schedules.linear(0, 1, Long.MAX_VALUE).after(2).duration()).isEqualTo(Long.MAX_VALUE);
    }

    private static double[] values(Schedule schedule, long... completed) {
        return Arrays.stream(completed).mapToDouble(schedule::at).toArray();
    }

    @Test
    void equalSchedulesAreEqual() {
        assertThat(Schedules.warmupCosine(0, 1, 2, 10, 0)).isEqualTo(Schedules.warmupCosine(0, 1, 2, 10, 0));
    }

    @Test
    void badArgumentsAreNamed() {
        assertThatThrownBy(() -> Schedules.linear(0, 1, -1)).hasMessage("linear: steps must be at least 0, got -1");
        assertThatThrownBy(() -> Schedules.constant(Double.NaN)).hasMessage("constant: value must be finite, got NaN");
        assertThat(Schedules.constant(Double.POSITIVE_INFINITY).at(5))
                .isPositive()
                .isInfinite();
        assertThatThrownBy(() -> Schedules.noam(1, 64, 0)).hasMessage("noam: warmup must be positive, got 0");
        assertThatThrownBy(() -> Schedules.warmupCosine(0, 1, 5, 5, 0))
                .hasMessage("warmupCosine: decaySteps must be larger than warmupSteps = 5, got 5");
        assertThatThrownBy(() -> Schedules.polynomial(1, 0, 5, 0))
                .hasMessage("polynomial: power must be in (0, inf), got 0.0");
        assertThatThrownBy(() -> Schedules.exponential(1, -0.5, 5))
                .hasMessage("exponential: rate must be in (0, inf), got -0.5");
        assertThatThrownBy(() -> Schedules.cosineRestarts(1, 0, 5, 0))
                .hasMessage("cosineRestarts: growth must be positive, got 0");
        assertThatThrownBy(() -> Schedules.knot(-1, 0)).hasMessage("knot: step must be in [0, inf), got -1.0");
        assertThatThrownBy(() -> Schedules.piecewise(List.of(), Curve.LINEAR))
                .hasMessage("piecewise: knots must have at least one element, got none");
        assertThatThrownBy(() -> Schedules.multiStep(1, 0.1, List.of(5L, 3L)))
                .hasMessage("piecewise: the steps of knots must not decrease, got 3.0 after 5.0");
        assertThatThrownBy(() -> Schedules.oneCycle(1, 3))
                .hasMessage("oneCycle: warmup must be at least one step and at most 1.0 of the 3 steps, got 0.3");
        assertThatThrownBy(() -> Schedules.oneCycleThreePhase(0, 1, 0, 100, 0.6, Curve.COSINE))
                .hasMessage("oneCycleThreePhase: warmup must be at least one step and at most 0.5 of the 100 steps, "
                        + "got 0.6");
        assertThatThrownBy(() -> Schedules.triangular(0, 1, 0, 4)).hasMessage("triangular: up must be positive, got 0");
        assertThatThrownBy(() -> Schedules.triangular(0, 1, 4, -1))
                .hasMessage("triangular: down must be at least 0, got -1");
        assertThatThrownBy(() -> Schedules.triangular2(0, Double.POSITIVE_INFINITY, 4, 4))
                .hasMessage("triangular: peak must be finite, got Infinity");
        assertThatThrownBy(() -> Schedules.expRange(0, 1, 4, 4, 1.5))
                .hasMessage("triangular: perStep must be in (0, 1], got 1.5");
        assertThatThrownBy(() -> Schedules.constant(1).every(0)).hasMessage("every: steps must be positive, got 0");
        assertThatThrownBy(
                        () -> Schedules.constant(1).times(Schedules.constant(1).perParameter()))
                .hasMessage("times: a schedule is counted per parameter as a whole: call perParameter() last");
    }
}
