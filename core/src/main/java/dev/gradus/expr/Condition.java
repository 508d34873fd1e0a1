package dev.gradus.expr;

import dev.gradus.tensor.Axes;
import java.util.List;
import java.util.stream.Stream;

/// A truth value, one for the step (a host scalar's) or one per element. A comparison with NaN is false.
public abstract sealed class Condition {
    private final Axes axes;

    private Condition(Axes axes) {
        this.axes = axes;
    }

    /// The axes along which the condition varies; [Axes#HOST] if it is decided once per step.
    public final Axes axes() {
        return axes;
    }

    /// The expressions that the condition compares.
    public final List<Expr> operands() {
        return switch (this) {
            case Compare c -> List.of(c.left, c.right);
            case Both b ->
                Stream.concat(b.left.operands().stream(), b.right.operands().stream())
                        .toList();
            case Not n -> n.of.operands();
        };
    }

    public final Condition and(Condition other) {
        return new Both(this, other);
    }

    public final Condition or(Condition other) {
        return not().and(other.not()).not();
    }

    public final Condition not() {
        return this instanceof Not negated ? negated.of : new Not(this);
    }

    /// `left < right`, `left <= right` or `left == right`.
    public enum Comparison {
        LESS("<"),
        LESS_OR_EQUAL("<="),
        EQUAL("=");

        private final String symbol;

        Comparison(String symbol) {
            this.symbol = symbol;
        }

        public String symbol() {
            return symbol;
        }
    }

    /// A comparison of two values.
    public static final class Compare extends Condition {
        public final Comparison comparison;
        public final Expr left;
        public final Expr right;

        Compare(Comparison comparison, Expr left, Expr right) {
            super(left.axes().union(right.axes()));
            this.comparison = comparison;
            this.left = left;
            this.right = right;
        }
    }

    /// Both conditions hold.
    public static final class Both extends Condition {
        public final Condition left;
        public final Condition right;

        Both(Condition left, Condition right) {
            super(left.axes.union(right.axes));
            this.left = left;
            this.right = right;
        }
    }

    /// The condition does not hold.
    public static final class Not extends Condition {
        public final Condition of;

        Not(Condition of) {
            super(of.axes);
            this.of = of;
        }
    }
}
