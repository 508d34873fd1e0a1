package dev.gradus.program;

import dev.gradus.expr.Expr.BinaryOp;
import dev.gradus.expr.Expr.UnaryOp;
import dev.gradus.numeric.Decomposition;
import dev.gradus.numeric.Elementary;
import dev.gradus.numeric.Power;
import dev.gradus.numeric.Real;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// The operations of programs, on host scalars and on blocks of elements alike; conditions are 1 and 0.
public enum Op {
    CONSTANT(0, "constant"),
    HYPER(0, "hyper"),
    STEP(0, "step"),
    SIZE(0, "size"),
    SCALAR(0, "scalar"),
    TOTAL(1, "total"),
    REDUCE(1, "reduce"),
    THETA(0, "theta"),
    GRADIENT(0, "gradient"),
    STATE(0, "state"),
    NOISE(0, "noise"),
    TRANSFORM(1, "transform"),
    AFTER(1, "after"),
    NEGATE(UnaryOp.NEGATE, "negate"),
    ABS(UnaryOp.ABS, "abs"),
    SQRT(UnaryOp.SQRT, "sqrt"),
    SIGN(UnaryOp.SIGN, "sign"),
    EXP(UnaryOp.EXP, "exp", Elementary::exp),
    LOG1P(UnaryOp.LOG1P, "log1p", Elementary::log1p),
    CBRT(UnaryOp.CBRT, "cbrt", Elementary::cbrt),
    TANH(UnaryOp.TANH, "tanh", Elementary::tanh),
    LOG(UnaryOp.LOG, "log", Elementary::log),
    COS(UnaryOp.COS, "cos"),
    FLOOR(UnaryOp.FLOOR, "floor"),
    ADD(BinaryOp.ADD, "+"),
    SUBTRACT(BinaryOp.SUBTRACT, "-"),
    MULTIPLY(BinaryOp.MULTIPLY, "*"),
    DIVIDE(BinaryOp.DIVIDE, "/"),
    MIN(BinaryOp.MIN, "min"),
    MAX(BinaryOp.MAX, "max"),
    POWER(BinaryOp.POWER, "power"),
    LESS(2, "<"),
    LESS_OR_EQUAL(2, "<="),
    EQUAL(2, "="),
    AND(2, "and"),
    NOT(1, "not"),
    SELECT(3, "select"),
    LOAD(0, "load"),
    SPLAT(0, "splat"),
    FLUSH(1, "flush"),
    STORE(1, "store");

    private final int arity;
    private final String text;

    private final @Nullable UnaryOp unary;
    private final @Nullable BinaryOp binary;
    private final @Nullable UnaryOperator<Real> function;

    Op(int arity, String text) {
        this(arity, text, null, null, null);
    }

    Op(UnaryOp unary, String text) {
        this(1, text, unary, null, null);
    }

    /// @param function its description by basic operations
    Op(UnaryOp unary, String text, UnaryOperator<Real> function) {
        this(1, text, unary, null, function);
    }

    Op(BinaryOp binary, String text) {
        this(2, text, null, binary, null);
    }

    Op(
            int arity,
            String text,
            @Nullable UnaryOp unary,
            @Nullable BinaryOp binary,
            @Nullable UnaryOperator<Real> function) {
        this.arity = arity;
        this.text = text;
        this.unary = unary;
        this.binary = binary;
        this.function = function;
    }

    static Op of(UnaryOp unary) {
        return valueOf(unary.name());
    }

    static Op of(BinaryOp binary) {
        return valueOf(binary.name());
    }

    /// The operation on host scalars.
    double apply(double a, double b, double c) {
        if (unary != null) {
            return unary.apply(a);
        }
        if (this == POWER) {
            return new Power().of(a, b);
        }
        if (binary != null) {
            return binary.apply(a, b);
        }
        return switch (this) {
            case LESS -> a < b ? 1 : 0;
            case LESS_OR_EQUAL -> a <= b ? 1 : 0;
            case EQUAL -> a == b ? 1 : 0;
            case AND -> a != 0 && b != 0 ? 1 : 0;
            case NOT -> a == 0 ? 1 : 0;
            case SELECT -> a != 0 ? b : c;
            default -> throw new IllegalArgumentException(this + " is no operation on host scalars");
        };
    }

    /// Whether it is a function of elements that backends compute by its [#decomposition].
    public boolean isFunction() {
        return function != null;
    }

    /// The function as basic operations.
    ///
    /// @param isFloat whether in float, else in double arithmetic
    public Decomposition decomposition(boolean isFloat) {
        if (function == null) {
            throw new IllegalArgumentException(this + " is no function of elements");
        }
        return Real.decompose(function, isFloat);
    }

    /// The number of values it operates on.
    int arity() {
        return arity;
    }

    boolean isInfix() {
        return arity == 2 && !Character.isLetter(text.charAt(0));
    }

    @Override
    public String toString() {
        return text;
    }
}
