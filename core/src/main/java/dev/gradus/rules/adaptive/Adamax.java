package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adamax: Adam with the largest of the discounted gradients in place of the root of the second moment.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// uₜ = max(β₂·uₜ₋₁, |gₜ| + ε)
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / uₜ
/// ```
/// States: `exp_avg` and `exp_inf`, each of the parameter's shape. ε is added to the gradient within the
/// maximum as in torch and optax; Keras and TensorFlow.js add it to the maximum where it is divided by,
/// [Placement#OUTSIDE]. The paper has none, and divides 0 by 0 while gradients are 0.
///
/// Reference: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv:1412.6980,
/// section 7.1.
public record Adamax(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Kingma & Ba 2015")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the largest gradient", source = "Kingma & Ba 2015")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the gradient's size", source = "torch 2.13")
        double eps,

        Placement placement)
        implements Direction {
    /// Where ε stands.
    public enum Placement {
        /// `u_t = max(β₂ u_{t−1}, |g_t| + ε)`, stored so: torch, optax.
        INSIDE,
        /// `u_t = max(β₂ u_{t−1}, |g_t|)`, divided by as `u_t + ε`: Keras, TensorFlow.js.
        OUTSIDE
    }

    public Adamax {
        Hyperparameters.check(Adamax.class, beta1, beta2, eps);
    }

    public Adamax() {
        this(0.9, 0.999, 1e-8);
    }

    public Adamax(double beta1, double beta2, double eps) {
        this(beta1, beta2, eps, Placement.INSIDE);
    }

    public Adamax withBeta1(double beta1) {
        return new Adamax(beta1, beta2, eps, placement);
    }

    public Adamax withBeta2(double beta2) {
        return new Adamax(beta1, beta2, eps, placement);
    }

    public Adamax withEps(double eps) {
        return new Adamax(beta1, beta2, eps, placement);
    }

    public Adamax withPlacement(Placement placement) {
        return new Adamax(beta1, beta2, eps, placement);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr eps = s.hyper("eps", this.eps);
        Expr g = s.direction();
        Expr size = placement == Placement.INSIDE ? abs(g).plus(eps) : abs(g);

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr largest = s.state("exp_inf").symbol("u").nonNegative().becomes(old -> max(b2.times(old), size));
        return unbias(m, b1, s.t()).div(placement == Placement.INSIDE ? largest : largest.plus(eps));
    }
}
