package dev.gradus.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Test;

class RoundingTest {
    private static final int STRETCHES = 20_000;

    /// Of so many pairs, the correlation of independent numbers stays below four of its standard deviations.
    private static final double FOUR_SIGMA = 4 / Math.sqrt(STRETCHES);

    @Test
    void numbersAreUniform() {
        int[] numbers = new int[1 << 16];
        int[] counts = new int[256];
        int[] lower = new int[256];
        Rounding.draw(Rounding.key(Rounding.hash("w/adam.exp_avg"), 1), 0, numbers, numbers.length);
        for (int number : numbers) {
            counts[number >>> 24]++;
            lower[number >>> 12 & 0xff]++;
        }
        // The 99.9 % quantile of χ² with 255 degrees of freedom is 331.
        assertThat(chiSquare(counts)).isLessThan(331);
        assertThat(chiSquare(lower)).isLessThan(331);
    }

    private static double chiSquare(int[] counts) {
        double expected = 256;
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    @Test
    void elementsOfAStretchAreUncorrelated() {
        for (int distance : new int[] {1, 2, 3, 4, 16, 64, 256, 512, 1023}) {
            assertThat(correlation(1, 1, distance)).as("distance %s", distance).isCloseTo(0, within(FOUR_SIGMA));
        }
    }

    @Test
    void stepsAreUncorrelated() {
        for (int later : new int[] {1, 2, 10}) {
            assertThat(correlation(1, 1 + later, 0)).as("%s steps later", later).isCloseTo(0, within(FOUR_SIGMA));
            assertThat(correlation(1, 1 + later, 1)).as("%s steps later", later).isCloseTo(0, within(FOUR_SIGMA));
        }
    }

    @Test
    void statesAreUncorrelated() {
        long m = Rounding.key(Rounding.hash("w/adam.exp_avg"), 5);
        long v = Rounding.key(Rounding.hash("w/adam.exp_avg_sq"), 5);
        assertThat(correlation(s -> number(m, s * 1024L + 3), s -> number(v, s * 1024L + 3)))
                .isCloseTo(0, within(FOUR_SIGMA));
    }

    /// Not only the numbers, but whether two elements are rounded up.
    @Test
    void roundingErrorsOfElementsAreUncorrelated() {
        long key = Rounding.key(Rounding.hash("w"), 3);
        for (double share : new double[] {0.5, 0.1, 0.003}) {
            for (int distance : new int[] {1, 2, 512}) {
                double both = correlation(
                        s -> number(key, s * 1024L) < share ? 1 : 0,
                        s -> number(key, s * 1024L + distance) < share ? 1 : 0);
                assertThat(both).as("share %s, distance %s", share, distance).isCloseTo(0, within(FOUR_SIGMA));
            }
        }
    }

    @Test
    void numbersDependOnThePositionOnly() {
        long key = Rounding.key(Rounding.hash("w"), 7);
        int[] all = new int[3000];
        Rounding.draw(key, 0, all, all.length);
        int[] part = new int[700];
        Rounding.draw(key, 1111, part, part.length);
        for (int i = 0; i < part.length; i++) {
            assertThat(part[i]).isEqualTo(all[1111 + i]);
        }
    }

    private static double correlation(long step, long otherStep, int distance) {
        long tensor = Rounding.hash("w/adam.exp_avg");
        long key = Rounding.key(tensor, step);
        long other = Rounding.key(tensor, otherStep);
        return correlation(s -> number(key, s * 1024L), s -> number(other, s * 1024L + distance));
    }

    private static double number(long key, long element) {
        int[] one = new int[1];
        Rounding.draw(key, element, one, 1);
        return (one[0] >>> 8) * 0x1p-24;
    }

    private static double correlation(IntToDoubleFunction a, IntToDoubleFunction b) {
        double sumA = 0;
        double sumB = 0;
        double squaresA = 0;
        double squaresB = 0;
        double products = 0;
        for (int i = 0; i < STRETCHES; i++) {
            double x = a.applyAsDouble(i);
            double y = b.applyAsDouble(i);
            sumA += x;
            sumB += y;
            squaresA += x * x;
            squaresB += y * y;
            products += x * y;
        }
        double n = STRETCHES;
        double covariance = products / n - sumA / n * (sumB / n);
        double deviations = Math.sqrt((squaresA / n - sumA / n * (sumA / n)) * (squaresB / n - sumB / n * (sumB / n)));
        return covariance / deviations;
    }

    @Test
    void mixingIsThatOfSplitMix() {
        // The first numbers of java.util.SplittableRandom-like generators with seed 0: Vigna's splitmix64.c.
        LongUnaryOperator next = i -> Rounding.mix(i * Rounding.GOLDEN);
        assertThat(next.applyAsLong(1)).isEqualTo(0xE220A8397B1DCDAFL);
        assertThat(next.applyAsLong(2)).isEqualTo(0x6E789E6AA1B965F4L);
    }
}
