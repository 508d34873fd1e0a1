package dev.gradus.bench.statistics;

import java.util.Arrays;
import java.util.Random;

/// A median, and an interval around it.
///
/// @param low the interval's lower end
/// @param high the interval's upper end
/// @param confidence how probable it is that the interval contains the true median: at least 0.95, or less where the
///     rounds are too few for that
public record Estimate(double median, double low, double high, double confidence) {
    private static final double WANTED = 0.95;
    private static final int RESAMPLES = 4_000;

    /// The median of independent observations, with the interval between two order statistics that contains the true
    /// median whatever the distribution is.
    ///
    /// @throws IllegalArgumentException if there are none
    public static Estimate ofMedian(double[] observations) {
        double[] sorted = observations.clone();
        Arrays.sort(sorted);
        int n = sorted.length;
        // The true median lies below the k-th smallest where fewer than k of n tosses of a coin show heads.
        double tail = Math.pow(0.5, n);
        double term = tail;
        int rank = 1;
        for (int k = 1; k < (n + 1) / 2; k++) {
            term *= (double) (n - k + 1) / k;
            if (2 * (tail + term) > 1 - WANTED) {
                break;
            }
            tail += term;
            rank = k + 1;
        }
        return new Estimate(median(sorted), sorted[rank - 1], sorted[n - rank], 1 - 2 * tail);
    }

    /// The median ratio of observations that were made in the same rounds.
    public static Estimate ofRatio(double[] numerators, double[] denominators) {
        if (numerators.length != denominators.length) {
            throw new IllegalArgumentException("a ratio per round needs as many rounds of both, got "
                    + numerators.length + " and " + denominators.length);
        }
        double[] ratios = new double[numerators.length];
        Arrays.setAll(ratios, i -> numerators[i] / denominators[i]);
        return ofMedian(ratios);
    }

    /// The ratio of the medians of observations that were made apart from each other, with a bootstrap interval.
    public static Estimate ofSeparateRatio(double[] numerators, double[] denominators) {
        // Seeded, so that a file of results gives the same table whenever it is read.
        Random random = new Random(1);
        double[] ratios = new double[RESAMPLES];
        Arrays.setAll(ratios, i -> median(resample(numerators, random)) / median(resample(denominators, random)));
        Arrays.sort(ratios);
        return new Estimate(
                median(sorted(numerators)) / median(sorted(denominators)),
                quantile(ratios, (1 - WANTED) / 2),
                quantile(ratios, (1 + WANTED) / 2),
                WANTED);
    }

    private static double[] resample(double[] observations, Random random) {
        double[] drawn = new double[observations.length];
        Arrays.setAll(drawn, i -> observations[random.nextInt(observations.length)]);
        Arrays.sort(drawn);
        return drawn;
    }

    private static double[] sorted(double[] observations) {
        double[] sorted = observations.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    private static double median(double[] sorted) {
        return quantile(sorted, 0.5);
    }

    /// The value below which a fraction of all lies, interpolated between neighbours.
    ///
    /// @param sorted in ascending order
    public static double quantile(double[] sorted, double fraction) {
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was observed");
        }
        double place = fraction * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }
}
