package dev.gradus.schedule;

/// A full cosine of period `2·halfPeriod` between `from` and `to`: after `halfPeriod` updates it rises again.
public record CosineAnnealing(double from, double to, long halfPeriod) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite or `halfPeriod` is not positive
    public CosineAnnealing {
        Require.finite("cosineAnnealing", "from", from);
        Require.finite("cosineAnnealing", "to", to);
        Require.positive("cosineAnnealing", "halfPeriod", halfPeriod);
    }

    @Override
    public double at(long completed) {
        return Curve.COSINE.between(from, to, (double) completed / halfPeriod);
    }
}
