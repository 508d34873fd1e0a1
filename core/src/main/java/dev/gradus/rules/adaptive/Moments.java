package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;

/// The moments of an [Adaptive] rule.
///
/// @param g the direction that they are moments of
/// @param m the first moment, an average as it is stored
/// @param mHat the first moment, corrected
/// @param v the second moment, not corrected
/// @param vHat the second moment, corrected
/// @param denominator how one is divided by the other
public record Moments(
        Expr g, Expr m, Expr mHat, Expr v, Expr vHat, Expr beta1, Expr beta2, Expr t, Denominator denominator) {

    /// Averages with the usual corrections.
    public static Moments of(Expr g, Expr m, Expr v, Expr beta1, Expr beta2, Expr t, Denominator denominator) {
        return new Moments(g, m, unbias(m, beta1, t), v, unbias(v, beta2, t), beta1, beta2, t, denominator);
    }

    /// The direction: the first moment over the root of the second.
    public Expr ratio() {
        return denominator.divide(this);
    }

    /// These moments with another first moment, corrected.
    public Moments withMHat(Expr corrected) {
        return new Moments(g, m, corrected, v, vHat, beta1, beta2, t, denominator);
    }

    /// These moments with another second moment, not corrected.
    public Moments withV(Expr raw) {
        return new Moments(g, m, mHat, raw, unbias(raw, beta2, t), beta1, beta2, t, denominator);
    }

    /// These moments with another second moment, corrected.
    public Moments withVHat(Expr corrected) {
        return new Moments(g, m, mHat, corrected.times(correction(beta2, t)), corrected, beta1, beta2, t, denominator);
    }

    /// These moments with another way to divide one by the other.
    public Moments with(Denominator other) {
        return new Moments(g, m, mHat, v, vHat, beta1, beta2, t, other);
    }
}
