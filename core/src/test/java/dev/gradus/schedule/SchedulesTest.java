package dev.gradus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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
    void equalSchedulesAreEqual() {
        assertThat(Schedules.warmupCosine(0, 1, 2, 10, 0)).isEqualTo(Schedules.warmupCosine(0, 1, 2, 10, 0));
    }

    @Test
    void badArgumentsAreNamed() {
        assertThatThrownBy(() -> Schedules.linear(0, 1, -1)).hasMessage("linear: steps must be at least 0, got -1");
        assertThatThrownBy(() -> Schedules.constant(Double.NaN)).hasMessage("constant: value must be finite, got NaN");
        assertThatThrownBy(() -> Schedules.noam(1, 64, 0)).hasMessage("noam: warmup must be positive, got 0");
        assertThatThrownBy(() -> Schedules.warmupCosine(0, 1, 5, 5, 0))
                .hasMessage("warmupCosine: decaySteps must be larger than warmupSteps = 5, got 5");
    }
}
