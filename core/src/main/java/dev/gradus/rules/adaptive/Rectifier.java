package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;

/// RAdam's rectifier: the length ρ_t of the average that the second moment amounts to at step t, and the factor r_t
/// that undoes the variance of dividing by its root.
///
/// Computed in double precision; ρ_t cancels for β₂ near 1, where its error reaches 1e-11 (β₂ = 0.999).
public final class Rectifier {
    private Rectifier() {}

    /// `ρ_∞ = 2 / (1 − β₂) − 1`
    static Expr rhoInfinity(Expr beta2) {
        return Expr.constant(2).div(Expr.ONE.minus(beta2)).minus(1).named("rho_inf");
    }

    /// `ρ_t = ρ_∞ − 2 t β₂ᵗ / (1 − β₂ᵗ)`
    static Expr rho(Expr beta2, Expr t) {
        return rhoInfinity(beta2)
                .minus(Expr.constant(2).times(t).times(pow(beta2, t)).div(correction(beta2, t)))
                .named("rho");
    }

    /// `r_t = √( (ρ_t − 4)(ρ_t − 2) ρ_∞ / ((ρ_∞ − 4)(ρ_∞ − 2) ρ_t) )`
    static Expr r(Expr rho, Expr beta2) {
        Expr infinity = rhoInfinity(beta2);
        return sqrt(rho.minus(4)
                        .times(rho.minus(2))
                        .times(infinity)
                        .div(infinity.minus(4).times(infinity.minus(2)).times(rho)))
                .named("r");
    }

    /// The limit ρ_∞ of ρ_t.
    ///
    /// @param beta2 in [0, 1)
    public static double rhoInfinity(double beta2) {
        return rhoInfinity(Expr.constant(beta2)).evaluate();
    }

    /// The length ρ_t of the average.
    ///
    /// @param t the step number, from 1
    /// @param beta2 in [0, 1)
    public static double rho(long t, double beta2) {
        return rho(Expr.constant(beta2), Expr.constant((double) t)).evaluate();
    }

    /// The rectifier r_t, or NaN where ρ_t ≤ 4.
    ///
    /// @param t the step number, from 1
    /// @param beta2 in [0, 1)
    public static double r(long t, double beta2) {
        Expr b = Expr.constant(beta2);
        Expr rho = rho(b, Expr.constant((double) t));
        return rho.evaluate() > 4 ? r(rho, b).evaluate() : Double.NaN;
    }
}
