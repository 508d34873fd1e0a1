package dev.gradus.bench.result;

import dev.gradus.bench.statistics.Estimate;

/// A figure that is required, and what was measured.
///
/// @param id by which reasons are found
/// @param text what is compared
/// @param bound what the measured value must not exceed
/// @param unit empty for a ratio
public record Finding(String id, String text, double bound, String unit, Estimate measured) {

    /// Whether the interval includes the bound, or lies below it.
    public boolean isReached() {
        return measured.low() <= bound;
    }
}
