package dev.gradus.compile;

import dev.gradus.expr.Axes;
import dev.gradus.expr.State;
import org.jspecify.annotations.Nullable;

/// A tensor in memory that passes load and store.
///
/// @param axes in terms of the variant's merged axes
/// @param state of a STATE operand
record Operand(Kind kind, Axes axes, @Nullable State state) {
    enum Kind {
        THETA,
        GRADIENT,
        STATE,
        /// A value that one pass leaves to a later one: in float64 where its shape is reduced, else in the
        /// arithmetic type.
        SCRATCH
    }

    /// Whether it is a value of the parameter's own shape that one pass leaves to a later one.
    boolean isFullScratch() {
        return kind == Kind.SCRATCH && axes.isFull();
    }

    @Override
    public String toString() {
        return state == null ? kind.name().toLowerCase(java.util.Locale.ROOT) : state.name();
    }
}
