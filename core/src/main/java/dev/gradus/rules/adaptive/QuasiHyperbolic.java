package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// QHAdam: Adam in which the present gradient has a weight of its own beside the averages, so that these may be
/// long without the step being late.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·(ν₁·m̂ₜ + (1 − ν₁)·gₜ) / (√(ν₂·v̂ₜ + (1 − ν₂)·gₜ²) + ε)
/// ```
/// No states of its own: Adam's are as without it. ν₁ = ν₂ = 1 is Adam, ν₁ = β₁ nearly NAdam. The defaults of ν, and
/// β₁ = 0.995 in the catalogue, are the official README's; the official code's own defaults are
/// Adam's. ε stands where Adam has it; official, as in the paper, beside the root. The official code stores the
/// corrected averages themselves, the same but for rounding as long as β is constant.
///
/// Reference: J. Ma, D. Yarats, "Quasi-hyperbolic momentum and Adam for deep learning", ICLR 2019, arXiv:1810.06801.
///
/// @param rule whose moments are mixed with the gradient and its square
public record QuasiHyperbolic(
        Adam rule,

        @Hyperparameter(range = "[0, 1]", what = "weight of the first moment", source = "qhoptim README")
        double nu1,

        @Hyperparameter(range = "[0, 1]", what = "weight of the second moment", source = "qhoptim README")
        double nu2)
        implements AdaptiveWrapper {
    public QuasiHyperbolic {
        Hyperparameters.check(QuasiHyperbolic.class, nu1, nu2);
    }

    public QuasiHyperbolic(Adam rule) {
        this(rule, 0.7, 1);
    }

    public QuasiHyperbolic withNu1(double nu1) {
        return new QuasiHyperbolic(rule, nu1, nu2);
    }

    public QuasiHyperbolic withNu2(double nu2) {
        return new QuasiHyperbolic(rule, nu1, nu2);
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr g = moments.g();
        return moments.withMHat(ema(s.hyper("nu1", nu1), moments.mHat(), g))
                .withVHat(ema(s.hyper("nu2", nu2), moments.vHat(), square(g)));
    }
}
