package dev.gradus.expr;

import dev.gradus.expr.Expr.Binary;
import dev.gradus.expr.Expr.BinaryOp;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Expr.Size;
import dev.gradus.expr.Expr.Transform;
import dev.gradus.expr.Expr.Unary;
import dev.gradus.expr.Expr.UnaryOp;
import dev.gradus.expr.Expr.Where;
import dev.gradus.tensor.Axes;

/// The field's vocabulary as functions on expressions; each concept exists once, here.
public final class Formulas {
    private Formulas() {}

    /// Exponential moving average: `β·old + (1 − β)·x`.
    public static Expr ema(Expr beta, Expr old, Expr x) {
        return beta.times(old).plus(Expr.ONE.minus(beta).times(x));
    }

    /// The mean of two values of which the second has the given weight: `(1 − weight)·x + weight·y`.
    public static Expr weightedMean(Expr weight, Expr x, Expr y) {
        return Expr.ONE.minus(weight).times(x).plus(weight.times(y));
    }

    /// A direction with weight decay: `u + λ·θ`, the gradient of `λ/2·‖θ‖²` added to it.
    public static Expr decayed(Expr u, Expr lambda, Expr theta) {
        return u.plus(lambda.times(theta));
    }

    /// Bias correction of an average that started at zero: `average / (1 − βᵗ)`.
    public static Expr unbias(Expr average, Expr beta, Expr t) {
        return average.div(correction(beta, t));
    }

    /// The bias correction's divisor `1 − βᵗ`.
    public static Expr correction(Expr beta, Expr t) {
        return Expr.ONE.minus(pow(beta, t));
    }

    public static Expr square(Expr x) {
        return x.times(x);
    }

    public static Expr sqrt(Expr x) {
        return new Unary(UnaryOp.SQRT, x);
    }

    public static Expr abs(Expr x) {
        return new Unary(UnaryOp.ABS, x);
    }

    /// −1, ±0, +1 or NaN.
    public static Expr sign(Expr x) {
        return new Unary(UnaryOp.SIGN, x);
    }

    public static Expr exp(Expr x) {
        return new Unary(UnaryOp.EXP, x);
    }

    /// `ln(1 + x)`, accurate also for small x.
    public static Expr log1p(Expr x) {
        return new Unary(UnaryOp.LOG1P, x);
    }

    /// Cube root `∛x`.
    public static Expr cbrt(Expr x) {
        return new Unary(UnaryOp.CBRT, x);
    }

    /// Hyperbolic tangent; ±0 of ±0, ±1 of ±∞.
    public static Expr tanh(Expr x) {
        return new Unary(UnaryOp.TANH, x);
    }

    /// Natural logarithm; −∞ of ±0, NaN of what is less.
    public static Expr log(Expr x) {
        return new Unary(UnaryOp.LOG, x);
    }

    /// Cosine of a host scalar, in radians.
    public static Expr cos(Expr x) {
        return new Unary(UnaryOp.COS, x);
    }

    /// Power of a host scalar.
    public static Expr pow(Expr x, Expr exponent) {
        return new Binary(BinaryOp.POWER, x, exponent);
    }

    /// `x − n·⌊x/n⌋` of host scalars.
    public static Expr mod(Expr x, Expr n) {
        return x.minus(n.times(new Unary(UnaryOp.FLOOR, x.div(n))));
    }

    public static Expr min(Expr a, Expr b) {
        return new Binary(BinaryOp.MIN, a, b);
    }

    public static Expr max(Expr a, Expr b) {
        return new Binary(BinaryOp.MAX, a, b);
    }

    /// `x` limited to `[−bound, bound]`; NaN stays NaN.
    public static Expr clip(Expr x, Expr bound) {
        return max(min(x, bound), bound.unaryMinus());
    }

    /// `then` where the condition holds, `otherwise` elsewhere. A condition on host scalars that are known
    /// before the step selects a program and costs nothing per element.
    public static Expr where(Condition condition, Expr then, Expr otherwise) {
        return new Where(condition, then, otherwise);
    }

    /// A function of a whole tensor that is computed outside of the program.
    public static Expr transform(TensorFunction function, Expr x) {
        return new Transform(function, x);
    }

    /// Whether x is neither NaN nor infinite.
    public static Condition isFinite(Expr x) {
        return x.minus(x).eq(0);
    }

    /// Smooth `max(x, 0)`: `ln(1 + exp(βx)) / β`, in a form that does not overflow.
    public static Expr softplus(Expr x, Expr beta) {
        Expr z = beta.times(x);
        return max(z, Expr.ZERO).plus(log1p(exp(abs(z).unaryMinus()))).div(beta);
    }

    /// Softplus that is the identity where `βx` exceeds a bound, which is infinite for none.
    public static Expr softplus(Expr x, Expr beta, double linearAbove) {
        Expr smooth = softplus(x, beta);
        return linearAbove == Double.POSITIVE_INFINITY
                ? smooth
                : where(x.times(beta).gt(linearAbove), x, smooth);
    }

    /// The sum over all elements, a host scalar.
    public static Expr sum(Expr x) {
        return sum(x, Axes.HOST);
    }

    /// The sum that keeps only the given axes: x itself where those are all of its own.
    public static Expr sum(Expr x, Axes kept) {
        return Expr.reduce(Reduction.SUM, x, kept);
    }

    /// The mean over all elements, a host scalar.
    public static Expr mean(Expr x) {
        return mean(x, Axes.HOST);
    }

    /// The mean that keeps only the given axes: x itself where those are all of its own.
    public static Expr mean(Expr x, Axes kept) {
        return x.keepsAll(kept) ? x : sum(x, kept).div(count(x, kept));
    }

    /// The largest element, a host scalar; NaN if any is.
    public static Expr maximum(Expr x) {
        return Expr.reduce(Reduction.MAX, x, Axes.HOST);
    }

    /// The Euclidean norm ‖x‖₂ over all elements, a host scalar.
    public static Expr norm(Expr x) {
        return norm(x, Axes.HOST);
    }

    /// The Euclidean norm that keeps only the given axes: |x| where those are all of its own.
    public static Expr norm(Expr x, Axes kept) {
        return x.keepsAll(kept) ? abs(x) : sqrt(sumOfSquares(x, kept));
    }

    /// The sum of squares that keeps only the given axes; each square is taken in double precision. Where those are all
    /// of its own it is x², in the precision of x.
    public static Expr sumOfSquares(Expr x, Axes kept) {
        return Expr.reduce(Reduction.SUM_OF_SQUARES, x, kept);
    }

    /// The root of the mean square over all elements, a host scalar.
    public static Expr rms(Expr x) {
        return sqrt(sumOfSquares(x, Axes.HOST).div(count(x, Axes.HOST)));
    }

    /// The norm of each row: of each slice along the outermost axis (an output channel of a weight). A row of a vector
    /// is an element.
    public static Expr rowNorm(Expr x) {
        return norm(x, rows(x));
    }

    /// What scales a norm down to a limit: 1 where the norm is within it, `limit / norm` where it is larger. A norm
    /// that is NaN makes NaN, so that what is scaled never passes for clipped.
    public static Expr scaleDownTo(Expr limit, Expr norm) {
        return where(norm.le(limit), Expr.ONE, limit.div(norm));
    }

    /// What scales a norm to 1: `1 / norm`, or 1 where the norm is 0.
    public static Expr scaleToUnit(Expr norm) {
        return where(norm.eq(0), Expr.ONE, Expr.ONE.div(norm));
    }

    /// A ratio of two norms, or 1 where either is 0.
    ///
    /// @param ratio made of the norms a and b
    public static Expr unlessZero(Expr a, Expr b, Expr ratio) {
        return where(a.eq(0).or(b.eq(0)), Expr.ONE, ratio);
    }

    /// The mean of each row: of each slice along the outermost axis.
    public static Expr rowMean(Expr x) {
        return mean(x, rows(x));
    }

    /// The outermost of the value's axes, along which its rows are counted.
    private static Axes rows(Expr x) {
        if (x.axes().rank() < 1) {
            throw new IllegalArgumentException("rows need a value per element of rank 1 at least, got " + x.axes());
        }
        return new Axes(x.axes().rank(), 1);
    }

    private static Expr count(Expr x, Axes kept) {
        Expr all = new Size(x.axes());
        return kept.isHost() || kept.mask() == 0 ? all : all.div(new Size(kept));
    }
}
