package dev.gradus.expr;

import dev.gradus.expr.Condition.Compare;
import dev.gradus.expr.Condition.Comparison;
import dev.gradus.tensor.Axes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/// A node of the expression graph of an update rule.
///
/// An expression is a host scalar (a hyperparameter, the step count, a norm), computed in double precision
/// once per step, or a value per element over some [Axes] of the parameter. Nodes are immutable, compared by
/// identity and shared: the same node used twice is computed once. Operations on values over different axes
/// broadcast.
///
/// The operations are IEEE 754's, rounded to nearest, one rounding each, never fused: `0/0` is NaN, `max` and
/// `min` propagate NaN and order −0 below +0, `sign(±0)` is ±0 and `sign(NaN)` is NaN.
public abstract sealed class Expr {
    public static final Expr ZERO = constant(0);
    public static final Expr ONE = constant(1);

    private final Axes axes;

    private Expr(Axes axes) {
        this.axes = axes;
    }

    /// The axes along which the value varies.
    public final Axes axes() {
        return axes;
    }

    public final boolean isHost() {
        return axes.isHost();
    }

    /// The operands, those of its condition included.
    public final List<Expr> operands() {
        return switch (this) {
            case Constant c -> List.of();
            case Hyper h -> List.of();
            case StepCount s -> List.of();
            case Size s -> List.of();
            case Input i -> List.of();
            case Noise n -> List.of();
            case Before b -> List.of();
            case After a -> List.of(a.value);
            case Unary u -> List.of(u.of);
            case Binary b -> List.of(b.left, b.right);
            case Where w -> {
                List<Expr> operands = new ArrayList<>(w.condition.operands());
                operands.add(w.then);
                operands.add(w.otherwise);
                yield List.copyOf(operands);
            }
            case Reduce r -> List.of(r.of);
            case Transform t -> List.of(t.of);
            case Total t -> List.of(t.of);
            case Named n -> List.of(n.of);
        };
    }

    /// A literal of the formula; a value that users set is a hyperparameter.
    public static Expr constant(double value) {
        return new Constant(value);
    }

    public final Expr plus(Expr other) {
        return new Binary(BinaryOp.ADD, this, other);
    }

    public final Expr plus(double other) {
        return plus(constant(other));
    }

    public final Expr minus(Expr other) {
        return new Binary(BinaryOp.SUBTRACT, this, other);
    }

    public final Expr minus(double other) {
        return minus(constant(other));
    }

    public final Expr times(Expr other) {
        return new Binary(BinaryOp.MULTIPLY, this, other);
    }

    public final Expr times(double other) {
        return times(constant(other));
    }

    public final Expr div(Expr other) {
        return new Binary(BinaryOp.DIVIDE, this, other);
    }

    public final Expr div(double other) {
        return div(constant(other));
    }

    /// The negation; `-x` to a Kotlin caller.
    public final Expr unaryMinus() {
        return new Unary(UnaryOp.NEGATE, this);
    }

    public final Condition lt(Expr other) {
        return new Compare(Comparison.LESS, this, other);
    }

    public final Condition le(Expr other) {
        return new Compare(Comparison.LESS_OR_EQUAL, this, other);
    }

    public final Condition gt(Expr other) {
        return other.lt(this);
    }

    public final Condition gt(double other) {
        return gt(constant(other));
    }

    public final Condition ge(Expr other) {
        return other.le(this);
    }

    public final Condition ge(double other) {
        return ge(constant(other));
    }

    public final Condition eq(Expr other) {
        return new Compare(Comparison.EQUAL, this, other);
    }

    public final Condition eq(double other) {
        return eq(constant(other));
    }

    /// The number that an expression of literals stands for.
    ///
    /// @throws IllegalStateException if it depends on anything else
    public final double evaluate() {
        return switch (this) {
            case Constant c -> c.value;
            case Unary u -> u.op.apply(u.of.evaluate());
            case Binary b -> b.op.apply(b.left.evaluate(), b.right.evaluate());
            case Named n -> n.of.evaluate();
            default -> throw new IllegalStateException("only an expression of literals is a number by itself");
        };
    }

    /// A reduction of a value per element. A reduction that keeps all axes has one element each to reduce: it is the
    /// element itself, or its square.
    ///
    /// @param kept the axes of the result, a subset of the operand's; [Axes#HOST] to reduce all of them
    /// @throws IllegalArgumentException if the operand is a host scalar or lacks an axis that is kept
    public static Expr reduce(Reduction reduction, Expr of, Axes kept) {
        if (!of.keepsAll(kept)) {
            return new Reduce(reduction, of, kept);
        }
        return switch (reduction) {
            case SUM, MAX -> of;
            case SUM_OF_SQUARES -> of.times(of);
        };
    }

    /// Whether a reduction of this value to the given axes reduces none.
    final boolean keepsAll(Axes kept) {
        return kept.mask() != 0 && kept.equals(axes);
    }

    /// This value under a name of its own, and on a line of its own, in printed formulas; no other effect.
    /// Names are those of hyperparameters: `u`, `rho`, `rho_inf`, `m_hat`, `warmup`.
    public final Expr named(String symbol) {
        return new Named(symbol, this);
    }

    /// Operations on one value. [Operator] has their notation.
    public enum UnaryOp {
        NEGATE(x -> -x),
        ABS(Math::abs),
        SQRT(Math::sqrt),
        SIGN(Math::signum),
        EXP(StrictMath::exp),
        LOG1P(StrictMath::log1p),
        CBRT(StrictMath::cbrt),
        TANH(StrictMath::tanh),
        LOG(StrictMath::log),
        COS(StrictMath::cos, true),
        FLOOR(Math::floor, true);

        private final DoubleUnaryOperator function;
        private final boolean onlyOnHost;

        UnaryOp(DoubleUnaryOperator function) {
            this(function, false);
        }

        UnaryOp(DoubleUnaryOperator function, boolean onlyOnHost) {
            this.function = function;
            this.onlyOnHost = onlyOnHost;
        }

        /// Whether the operation exists for host scalars only, not per element.
        public boolean onlyOnHost() {
            return onlyOnHost;
        }

        /// The operation on a host scalar.
        public double apply(double x) {
            return function.applyAsDouble(x);
        }
    }

    /// Operations on two values. [Operator] has their notation.
    public enum BinaryOp {
        ADD((x, y) -> x + y),
        SUBTRACT((x, y) -> x - y),
        MULTIPLY((x, y) -> x * y),
        DIVIDE((x, y) -> x / y),
        MIN(Math::min),
        MAX(Math::max),
        POWER(StrictMath::pow, true);

        private final DoubleBinaryOperator function;
        private final boolean onlyOnHost;

        BinaryOp(DoubleBinaryOperator function) {
            this(function, false);
        }

        BinaryOp(DoubleBinaryOperator function, boolean onlyOnHost) {
            this.function = function;
            this.onlyOnHost = onlyOnHost;
        }

        /// Whether the operation exists for host scalars only, not per element.
        public boolean onlyOnHost() {
            return onlyOnHost;
        }

        /// The operation on host scalars.
        public double apply(double x, double y) {
            return function.applyAsDouble(x, y);
        }
    }

    /// How a reduction combines values. Sums are accumulated in double precision in an order that is fixed by the
    /// tensor alone.
    public enum Reduction {
        SUM,
        SUM_OF_SQUARES,
        MAX
    }

    /// A literal of the formula.
    public static final class Constant extends Expr {
        public final double value;

        private Constant(double value) {
            super(Axes.HOST);
            this.value = value;
        }
    }

    /// A hyperparameter, named `link.hyperparameter`, or `learning_rate`; its value is an argument of each step.
    public static final class Hyper extends Expr {
        public final String name;

        public Hyper(String name) {
            super(Axes.HOST);
            this.name = name;
        }

        /// The name without its link.
        public String shortName() {
            return name.substring(name.lastIndexOf('.') + 1);
        }
    }

    /// A step number, 1 at the first step.
    public static final class StepCount extends Expr {
        public final Clock clock;

        public StepCount(Clock clock) {
            super(Axes.HOST);
            this.clock = clock;
        }
    }

    /// The number of elements of a tensor over the given axes; 1 where there are none, so that a mean of none is 0.
    public static final class Size extends Expr {
        public final Axes of;

        public Size(Axes of) {
            super(Axes.HOST);
            this.of = of;
        }
    }

    /// The inputs with one value per element.
    public enum Source {
        /// The parameter before the step.
        THETA,
        /// The gradient.
        GRADIENT,
        /// The parameter when it was added; readable in initial values only.
        INITIAL_THETA
    }

    /// The parameter or its gradient.
    public static final class Input extends Expr {
        public final Source source;

        public Input(Source source, Axes axes) {
            super(axes);
            this.source = source;
        }
    }

    /// Independent numbers of the standard normal distribution, others for each element and step.
    public static final class Noise extends Expr {
        /// The link and the noise, as in `addNoise.noise`: part of the random seed.
        public final String name;

        public Noise(String name, Axes axes) {
            super(axes);
            this.name = name;
        }
    }

    /// A state's value before the step.
    public static final class Before extends Expr {
        public final State state;

        public Before(State state) {
            super(state.axes());
            this.state = state;
        }
    }

    /// A state's value after the step. In a later pass over memory than the one that computes it, this is the
    /// value as it was stored.
    public static final class After extends Expr {
        public final State state;
        public final Expr value;

        public After(State state, Expr value) {
            super(state.axes());
            this.state = state;
            this.value = value;
        }
    }

    /// An operation on one value.
    public static final class Unary extends Expr {
        public final UnaryOp op;
        public final Expr of;

        public Unary(UnaryOp op, Expr of) {
            super(of.axes());
            if (op.onlyOnHost() && !of.isHost()) {
                throw new IllegalArgumentException(op + " exists for host scalars only, not per element");
            }
            this.op = op;
            this.of = of;
        }
    }

    /// An operation on two values.
    public static final class Binary extends Expr {
        public final BinaryOp op;
        public final Expr left;
        public final Expr right;

        public Binary(BinaryOp op, Expr left, Expr right) {
            super(left.axes().union(right.axes()));
            if (op.onlyOnHost() && !isHost()) {
                throw new IllegalArgumentException(op + " exists for host scalars only, not per element");
            }
            this.op = op;
            this.left = left;
            this.right = right;
        }
    }

    /// One of two values.
    public static final class Where extends Expr {
        public final Condition condition;
        public final Expr then;
        public final Expr otherwise;

        public Where(Condition condition, Expr then, Expr otherwise) {
            super(condition.axes().union(then.axes()).union(otherwise.axes()));
            this.condition = condition;
            this.then = then;
            this.otherwise = otherwise;
        }
    }

    /// A reduction to fewer axes; over all axes the result is a host scalar.
    public static final class Reduce extends Expr {
        public final Reduction reduction;
        public final Expr of;

        /// @param kept the axes of the result, fewer than the operand's; [Axes#HOST] to reduce all of them
        private Reduce(Reduction reduction, Expr of, Axes kept) {
            super(kept.isHost() || kept.mask() == 0 ? Axes.HOST : kept);
            if (of.isHost()) {
                throw new IllegalArgumentException(reduction + " needs a value per element, got a host scalar");
            }
            if (!of.axes().containsAll(kept)) {
                throw new IllegalArgumentException(
                        reduction + " of a value over " + of.axes() + " cannot keep " + kept);
            }
            this.reduction = reduction;
            this.of = of;
        }
    }

    /// A function of a whole tensor that is computed outside of the program.
    public static final class Transform extends Expr {
        public final TensorFunction function;
        public final Expr of;

        /// @param of a value of the parameter's own shape
        public Transform(TensorFunction function, Expr of) {
            super(of.axes());
            if (!of.axes().isFull()) {
                throw new IllegalArgumentException(
                        function.name() + " needs a value of the parameter's own shape, got one over " + of.axes());
            }
            this.function = function;
            this.of = of;
        }
    }

    /// A host scalar combined over all parameters, with a gradient in this step, that the link applies to.
    public static final class Total extends Expr {
        /// Which links share the total: equal links of any group do.
        public final Object link;

        /// Which of the link's totals it is, counted in the order in which the rule asks for them.
        public final int index;

        public final Reduction reduction;
        public final Expr of;

        public Total(Object link, int index, Reduction reduction, Expr of) {
            super(Axes.HOST);
            if (!of.isHost()) {
                throw new IllegalArgumentException("a total needs a host scalar per parameter: reduce first");
            }
            if (reduction == Reduction.SUM_OF_SQUARES) {
                throw new IllegalArgumentException("a total is a SUM or a MAX, got " + reduction);
            }
            this.link = link;
            this.index = index;
            this.reduction = reduction;
            this.of = of;
        }
    }

    /// A value with a symbol of its own in printed formulas.
    public static final class Named extends Expr {
        public final String symbol;
        public final Expr of;

        private Named(String symbol, Expr of) {
            super(of.axes());
            this.symbol = symbol;
            this.of = of;
        }
    }
}
