package dev.gradus.schedule;

/// The same value at every step.
public record Constant(double value) implements Schedule {
    /// @throws IllegalArgumentException if `value` is not finite
    public Constant {
        Require.finite("constant", "value", value);
    }

    @Override
    public double at(long completed) {
        return value;
    }

    @Override
    public long duration() {
        return 0;
    }
}
