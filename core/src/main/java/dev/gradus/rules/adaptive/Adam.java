package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adam: the average gradient over the root of the average squared gradient, both corrected for their start at
/// zero.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// ```
/// States: `exp_avg` and `exp_avg_sq`, each of the parameter's shape. ε stands outside the root of the
/// corrected second moment as in the paper's Algorithm 1, torch and optax; labml's default is
/// [EpsPlacement#UNCORRECTED].
///
/// Reference: D. P. Kingma, J. Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, arXiv:1412.6980.
public record Adam(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Kingma & Ba 2015")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Kingma & Ba 2015")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "Kingma & Ba 2015")
        double eps,

        EpsPlacement placement)
        implements Adaptive {
    public Adam {
        Hyperparameters.check(Adam.class, beta1, beta2, eps);
    }

    public Adam() {
        this(0.9, 0.999, 1e-8, EpsPlacement.CORRECTED);
    }

    public Adam withBeta1(double beta1) {
        return new Adam(beta1, beta2, eps, placement);
    }

    public Adam withBeta2(double beta2) {
        return new Adam(beta1, beta2, eps, placement);
    }

    public Adam withEps(double eps) {
        return new Adam(beta1, beta2, eps, placement);
    }

    public Adam withPlacement(EpsPlacement placement) {
        return new Adam(beta1, beta2, eps, placement);
    }

    @Override
    public Moments moments(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr g = s.direction();

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr v = s.state("exp_avg_sq").symbol("v").nonNegative().becomes(old -> ema(b2, old, square(g)));

        return Moments.of(
                g, m, v, b1, b2, s.t(), d -> placement.with(s.hyper("eps", eps)).divide(d));
    }
}
