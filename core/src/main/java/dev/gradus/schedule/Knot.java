package dev.gradus.schedule;

/// A point that a schedule passes through; see [Piecewise].
///
/// @param step the number of completed updates, which need not be whole
/// @param value the value there
public record Knot(double step, double value) {
    /// @throws IllegalArgumentException if `step` is negative or a value is not finite
    public Knot {
        Require.notNegative("knot", "step", step);
        Require.finite("knot", "value", value);
    }
}
