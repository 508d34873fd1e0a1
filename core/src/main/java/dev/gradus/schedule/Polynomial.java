package dev.gradus.schedule;

/// `to + (from − to)·(1 − t/steps)^power` after t updates; `to` is reached after `steps` updates and kept.
public record Polynomial(double from, double to, long steps, double power) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite, `power` is not positive, or `steps` is
    ///     negative
    public Polynomial {
        Require.finite("polynomial", "from", from);
        Require.finite("polynomial", "to", to);
        Require.notNegative("polynomial", "steps", steps);
        Require.positive("polynomial", "power", power);
    }

    @Override
    public double at(long completed) {
        return completed >= steps ? to : to + (from - to) * StrictMath.pow(1 - (double) completed / steps, power);
    }

    @Override
    public long duration() {
        return steps;
    }
}
