package dev.gradus.program;

import dev.gradus.expr.State;
import dev.gradus.tensor.Axes;
import org.jspecify.annotations.Nullable;

/// A tensor in memory that passes load and store.
///
/// @param axes in terms of the variant's merged axes
/// @param state of a STATE operand
/// @param noise the name of a NOISE operand
public record Operand(
        Kind kind,
        Axes axes,
        @Nullable State state,
        @Nullable String noise) {
    public enum Kind {
        THETA,
        GRADIENT,
        STATE,
        /// Random numbers, drawn when they are loaded.
        NOISE,
        /// A value that one pass leaves to a later one: in float64 where its shape is reduced, else in the
        /// arithmetic type.
        SCRATCH
    }

    public Operand(Kind kind, Axes axes) {
        this(kind, axes, null, null);
    }

    public Operand(State state, Axes axes) {
        this(Kind.STATE, axes, state, null);
    }

    public Operand(String noise, Axes axes) {
        this(Kind.NOISE, axes, null, noise);
    }

    /// Whether it outlives the step.
    boolean isKept() {
        return kind == Kind.THETA || kind == Kind.STATE;
    }

    /// Whether it is a value of the parameter's own shape that one pass leaves to a later one.
    public boolean isFullScratch() {
        return kind == Kind.SCRATCH && axes.isFull();
    }

    @Override
    public String toString() {
        if (noise != null) {
            return noise;
        }
        return state == null ? kind.name().toLowerCase(java.util.Locale.ROOT) : state.name();
    }
}
