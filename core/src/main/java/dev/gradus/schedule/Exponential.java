package dev.gradus.schedule;

/// `from·rate^(t/steps)` after t updates.
public record Exponential(double from, double rate, long steps) implements Schedule {
    /// @throws IllegalArgumentException if `from` is not finite, or `rate` or `steps` is not positive
    public Exponential {
        Require.finite("exponential", "from", from);
        Require.positive("exponential", "rate", rate);
        Require.positive("exponential", "steps", steps);
    }

    @Override
    public double at(long completed) {
        return from * StrictMath.pow(rate, (double) completed / steps);
    }
}
