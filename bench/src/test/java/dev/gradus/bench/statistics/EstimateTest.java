package dev.gradus.bench.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimateTest {

    /// Ranks and confidence as tables of the sign test have them.
    @ParameterizedTest
    @CsvSource({
        "6, 1, 6, 0.96875",
        "9, 2, 8, 0.9609375",
        "15, 4, 12, 0.96484375",
        "20, 6, 15, 0.95861053",
        "25, 8, 18, 0.95671475"
    })
    void theIntervalLiesBetweenOrderStatistics(int rounds, double low, double high, double confidence) {
        Estimate estimate = Estimate.ofMedian(oneTo(rounds));

        assertThat(estimate.median()).isEqualTo((rounds + 1) / 2.0);
        assertThat(estimate.low()).isEqualTo(low);
        assertThat(estimate.high()).isEqualTo(high);
        assertThat(estimate.confidence()).isEqualTo(confidence, within(1e-8));
    }

    @Test
    void withFewRoundsTheIntervalHasAllAndSaysHowLittleThatIs() {
        assertThat(Estimate.ofMedian(oneTo(5))).isEqualTo(new Estimate(3, 1, 5, 0.9375));
        assertThat(Estimate.ofMedian(new double[] {7})).isEqualTo(new Estimate(7, 7, 7, 0));
    }

    @Test
    void theIntervalContainsTheTrueMedianAsOftenAsItSays() {
        Random random = new Random(1);
        long hits = IntStream.range(0, 20_000)
                .filter(trial -> {
                    double[] skewed = new double[15];
                    Arrays.setAll(skewed, i -> -Math.log(random.nextDouble()));
                    Estimate estimate = Estimate.ofMedian(skewed);
                    return estimate.low() <= Math.log(2) && Math.log(2) <= estimate.high();
                })
                .count();

        assertThat(hits / 20_000.0).isEqualTo(0.9648, within(0.005));
    }

    @Test
    void aRatioIsTakenRoundByRound() {
        // The machine is three times slower in the second half, for both.
        double[] over = {2, 2, 2, 6, 6, 6};
        double[] under = {1, 1, 1, 3, 3, 3};

        assertThat(Estimate.ofRatio(over, under)).isEqualTo(new Estimate(2, 2, 2, 0.96875));
        assertThatThrownBy(() -> Estimate.ofRatio(over, new double[5]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a ratio per round needs as many rounds of both, got 6 and 5");
    }

    @Test
    void aRatioOfSeparateSeriesHasABootstrapInterval() {
        Random random = new Random(2);
        double[] over = new double[45];
        double[] under = new double[45];
        Arrays.setAll(over, i -> 2 + 0.1 * random.nextGaussian());
        Arrays.setAll(under, i -> 1 + 0.1 * random.nextGaussian());

        Estimate estimate = Estimate.ofSeparateRatio(over, under);

        assertThat(estimate.low()).isLessThan(2).isGreaterThan(1.8);
        assertThat(estimate.high()).isGreaterThan(2).isLessThan(2.2);
        assertThat(Estimate.ofSeparateRatio(over, under)).isEqualTo(estimate);
    }

    @Test
    void quantilesLieBetweenNeighbours() {
        assertThat(Estimate.quantile(oneTo(101), 0.99)).isEqualTo(100);
        assertThat(Estimate.quantile(new double[] {1, 2}, 0.25)).isEqualTo(1.25);
        assertThatThrownBy(() -> Estimate.quantile(new double[0], 0.5)).isInstanceOf(IllegalArgumentException.class);
    }

    private static double[] oneTo(int last) {
        return IntStream.rangeClosed(1, last).asDoubleStream().toArray();
    }
}
