package dev.gradus.schedule;

/// `to + (from − to)·(½ + ½·cos(π·t/steps))^exponent` after t updates; `to` is reached after `steps` updates
/// and kept.
public record Cosine(double from, double to, long steps, double exponent) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite, `exponent` is not positive, or `steps` is
    ///     negative
    public Cosine {
        Require.finite("cosine", "from", from);
        Require.finite("cosine", "to", to);
        Require.notNegative("cosine", "steps", steps);
        Require.positive("cosine", "exponent", exponent);
    }

    /// With the exponent 1.
    public Cosine(double from, double to, long steps) {
        this(from, to, steps, 1);
    }

    /// From 1 at 0 to 0 at 1, and up again.
    static double falling(double progress) {
        return 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    }

    @Override
    public double at(long completed) {
        return completed >= steps
                ? to
                : to + (from - to) * StrictMath.pow(falling((double) completed / steps), exponent);
    }

    @Override
    public long duration() {
        return steps;
    }
}
