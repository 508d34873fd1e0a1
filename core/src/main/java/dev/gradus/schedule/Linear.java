package dev.gradus.schedule;

/// From `from` at the first step in a straight line to `to`, reached after `steps` updates and kept.
public record Linear(double from, double to, long steps) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite, or `steps` is negative
    public Linear {
        Require.finite("linear", "from", from);
        Require.finite("linear", "to", to);
        Require.notNegative("linear", "steps", steps);
    }

    @Override
    public double at(long completed) {
        return completed >= steps ? to : Curve.LINEAR.between(from, to, (double) completed / steps);
    }

    @Override
    public long duration() {
        return steps;
    }
}
