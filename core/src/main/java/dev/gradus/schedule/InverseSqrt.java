package dev.gradus.schedule;

/// `from/√(1 + t/steps)` after t updates: half of `from` after `3·steps`.
public record InverseSqrt(double from, long steps) implements Schedule {
    /// @throws IllegalArgumentException if `from` is not finite or `steps` is not positive
    public InverseSqrt {
        Require.finite("inverseSqrt", "from", from);
        Require.positive("inverseSqrt", "steps", steps);
    }

    @Override
    public double at(long completed) {
        return from / Math.sqrt(1 + (double) completed / steps);
    }
}
