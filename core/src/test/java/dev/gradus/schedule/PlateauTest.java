package dev.gradus.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.schedule.Plateau.Mode;
import dev.gradus.schedule.Plateau.ThresholdMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlateauTest {
    private static final Plateau PATIENT = Schedules.plateau(Schedules.constant(8))
            .withFactor(0.5)
            .withPatience(1)
            .withThreshold(0, ThresholdMode.ABS)
            .withEps(0);

    /// The values after each of some observations.
    private static List<Double> values(Plateau plateau, double... metrics) {
        List<Double> values = new ArrayList<>();
        Map<String, Double> memory = plateau.initialMemory();
        for (int i = 0; i < metrics.length; i++) {
            memory = plateau.observe(memory, metrics[i], i + 1);
            values.add(plateau.at(i + 1, memory));
        }
        return values;
    }

    @Test
    void moreBadObservationsThanIsPatienceHalveTheValue() {
        assertThat(values(PATIENT, 5, 5, 5, 5, 5, 4, 4, 4)).containsExactly(8.0, 8.0, 4.0, 4.0, 2.0, 2.0, 2.0, 1.0);
    }

    @Test
    void whatIsRememberedHasNames() {
        Map<String, Double> memory = PATIENT.observe(PATIENT.observe(PATIENT.initialMemory(), 5, 1), 6, 2);
        assertThat(memory).isEqualTo(Map.of("best", 5.0, "bad_observations", 1.0, "cooldown_left", 0.0, "scale", 1.0));
        assertThat(PATIENT.withMode(Mode.MAX).initialMemory()).containsEntry("best", Double.NEGATIVE_INFINITY);
    }

    @Test
    void badObservationsDoNotCountWhileItCoolsDown() {
        assertThat(values(PATIENT.withPatience(0).withCooldown(2), 5, 5, 5, 5, 5, 5, 5))
                .containsExactly(8.0, 4.0, 4.0, 4.0, 2.0, 2.0, 2.0);
    }

    @Test
    void higherIsBetterIfItSaysSo() {
        Plateau plateau = PATIENT.withMode(Mode.MAX).withPatience(0);
        assertThat(values(plateau, 1, 2, 2, 3, 1)).containsExactly(8.0, 8.0, 4.0, 4.0, 2.0);
    }

    @Test
    void anImprovementMustExceedTheThreshold() {
        Plateau relative = PATIENT.withPatience(0).withThreshold(0.25, ThresholdMode.REL);
        assertThat(values(relative, 8, 6, 5.75)).containsExactly(8.0, 4.0, 4.0);
        Plateau difference = PATIENT.withPatience(0).withThreshold(0.25, ThresholdMode.ABS);
        assertThat(values(difference, 8, 7.75, 7.5)).containsExactly(8.0, 4.0, 4.0);
    }

    /// The bests after each of some observations.
    private static List<Double> bests(Plateau plateau, double... metrics) {
        List<Double> bests = new ArrayList<>();
        Map<String, Double> memory = plateau.initialMemory();
        for (int i = 0; i < metrics.length; i++) {
            memory = plateau.observe(memory, metrics[i], i + 1);
            bests.add(memory.get("best"));
        }
        return bests;
    }

    @Test
    void aNegativeMetricThatStaysIsFlatAndOneThatGetsWorseIsNoImprovement() {
        Plateau least = new Plateau(Schedules.constant(8)).withFactor(0.5).withPatience(0);
        assertThat(values(least, -1, -1, -1)).containsExactly(8.0, 4.0, 2.0);
        assertThat(bests(least.withThreshold(0.1, ThresholdMode.REL), -1, -0.95))
                .containsExactly(-1.0, -1.0);
        assertThat(values(least.withMode(Mode.MAX), -1, -1, -1)).containsExactly(8.0, 4.0, 2.0);
        assertThat(bests(least.withMode(Mode.MAX).withThreshold(0.1, ThresholdMode.REL), -1, -1.05))
                .containsExactly(-1.0, -1.0);
    }

    @Test
    void aNegativeMetricMustImproveByThatPartOfItsMagnitude() {
        Plateau least = PATIENT.withThreshold(0.25, ThresholdMode.REL);
        assertThat(bests(least, -8, -10, -10.25)).containsExactly(-8.0, -8.0, -10.25);
        assertThat(bests(least.withMode(Mode.MAX), -8, -6, -5.75)).containsExactly(-8.0, -8.0, -5.75);
        assertThat(bests(least, 1, -0.0, -1)).as("through zero").containsExactly(1.0, -0.0, -1.0);
    }

    @Test
    void aThresholdTreatsMirroredMetricsAlike() {
        double[] metrics = {3, 2.9, 2.9, 2, 2.5, 0, 0, -0.5, -0.52, -1, -0.95, -1, -7, -7.5, -9};
        double[] mirrored = Arrays.stream(metrics).map(metric -> -metric).toArray();
        for (ThresholdMode thresholdMode : ThresholdMode.values()) {
            for (double threshold : new double[] {0, 1e-4, 0.1, 0.5}) {
                Plateau least = PATIENT.withThreshold(threshold, thresholdMode);
                Plateau most = least.withMode(Mode.MAX);
                assertThat(values(most, mirrored))
                        .as("%s %s", thresholdMode, threshold)
                        .isEqualTo(values(least, metrics));
            }
        }
    }

    @Test
    void aNanIsABadObservation() {
        assertThat(values(PATIENT.withPatience(0), 5, Double.NaN, 4)).containsExactly(8.0, 4.0, 4.0);
        assertThat(values(PATIENT.withPatience(0), Double.NaN)).containsExactly(4.0);
    }

    @Test
    void itEndsAtTheMinimumAndLeavesOutSmallReductions() {
        assertThat(values(PATIENT.withPatience(0).withMinimum(3), 5, 5, 5, 5)).containsExactly(8.0, 4.0, 3.0, 3.0);
        assertThat(values(PATIENT.withPatience(0).withEps(3), 5, 5, 5, 5)).containsExactly(8.0, 4.0, 4.0, 4.0);
    }

    @Test
    void whatIsReducedMayMoveByItself() {
        Plateau plateau = new Plateau(Schedules.linear(0, 8, 4), Mode.MIN, 0.5, 0, 0, ThresholdMode.ABS, 0, 3, 0);
        assertThat(plateau.at(2)).isEqualTo(4);
        assertThat(values(plateau, 5, 5, 5, 5)).containsExactly(2.0, 3.0, 3.0, 3.0);
        assertThat(plateau.at(0, plateau.initialMemory()))
                .as("below the minimum")
                .isEqualTo(0);
    }

    @Test
    void itIsAValueWithTorchsDefaults() {
        Schedule base = Schedules.constant(1);
        assertThat(new Plateau(base))
                .isEqualTo(new Plateau(base, Mode.MIN, 0.1, 10, 1e-4, ThresholdMode.REL, 0, 0, 1e-8));
    }

    @Test
    void badArgumentsAndPlacesAreNamed() {
        assertThatThrownBy(() -> PATIENT.withFactor(1)).hasMessage("plateau: factor must be in (0, 1), got 1.0");
        assertThatThrownBy(() -> PATIENT.withPatience(-1)).hasMessage("plateau: patience must be at least 0, got -1");
        assertThatThrownBy(() -> PATIENT.withThreshold(1, ThresholdMode.REL))
                .hasMessage("plateau: threshold must be in [0, 1), as a part of the best metric, got 1.0");
        assertThatThrownBy(() -> PATIENT.withMinimum(Double.NaN))
                .hasMessage("plateau: minimum must be in [0, inf), got NaN");
        assertThatThrownBy(() -> PATIENT.times(2))
                .hasMessageStartingWith(
                        "times: a schedule that observes a metric must be the outermost one, got Plateau[");
        assertThatThrownBy(() -> PATIENT.warmup(2)).hasMessageStartingWith("until: a schedule that observes");
        assertThatThrownBy(PATIENT::perParameter).hasMessageStartingWith("perParameter: a schedule that observes");
        assertThatThrownBy(() -> Schedules.plateau(PATIENT))
                .hasMessageStartingWith("plateau: a schedule that observes");
        assertThatThrownBy(() -> PATIENT.observe(Map.of("best", 1.0), 1, 1))
                .hasMessage("plateau: the memory must have bad_observations, got {best=1.0}");
    }
}
