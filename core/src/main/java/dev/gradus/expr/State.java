package dev.gradus.expr;

import dev.gradus.tensor.Axes;

/// A state of a rule: a value that persists from step to step.
///
/// @param name the link and the state, as in `adabelief.exp_avg`; unique within a rule
/// @param axes the parameter's axes, a reduced set of them, or [Axes#HOST] for one number
/// @param scope whether each parameter has its own or several share one (numbers only)
/// @param role the kind of values, which decides in which formats they may be stored
/// @param initial the value before the first step: an expression of θ₀ and hyperparameters
public record State(String name, Axes axes, Scope scope, Role role, Expr initial) {

    /// The owner of a state.
    public enum Scope {
        /// Each parameter has its own.
        PARAMETER,
        /// All parameters of a group share one.
        GROUP,
        /// All parameters of the link share one, in whichever group.
        LINK
    }

    /// The kind of a state's values.
    public enum Role {
        /// An average of either sign: may be stored in a narrower format; subnormals become 0.
        SIGNED,
        /// An average that is never negative: may be stored in a narrower format; subnormals become 0.
        NON_NEGATIVE,
        /// Weights or a copy of them: stored exactly in the arithmetic type.
        WEIGHTS,
        /// One host scalar, stored in double precision.
        SCALAR
    }

    /// The state's name without its link: `exp_avg` of `adabelief.exp_avg`.
    public String shortName() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return name;
    }
}
