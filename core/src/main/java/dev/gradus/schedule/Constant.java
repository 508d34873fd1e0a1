package dev.gradus.schedule;

/// The same value at every step. It may be infinite, for a hyperparameter that may be: a limit that is never reached.
public record Constant(double value) implements Schedule {
    /// @throws IllegalArgumentException if `value` is NaN
    public Constant {
        if (!Double.isInfinite(value)) {
            Require.finite("constant", "value", value);
        }
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
