package dev.gradus.numeric;

import org.jspecify.annotations.Nullable;

/// A function, decomposed into basic operations for one arithmetic.
///
/// @param full computes it for every argument
/// @param regular computes the same for regular arguments with fewer operations: for backends that look at many
///     arguments before they choose
/// @param guard tells which arguments are regular; null if all are
public record Decomposition(
        Sequence full, Sequence regular, @Nullable Guard guard) {
    /// Which arguments are regular: a step has bits within bounds.
    ///
    /// @param step of the regular sequence
    /// @param mask of its bits
    /// @param hasZero whether an argument is regular where they are 0, too
    /// @param least the least regular value
    /// @param most the largest
    public record Guard(int step, long mask, boolean hasZero, long least, long most) {}
}
