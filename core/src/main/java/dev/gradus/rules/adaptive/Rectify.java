package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Rectification, which makes RAdam of Adam: as long as the second moment rests on too few gradients, it is not
/// divided by; afterwards the step is multiplied by the rectifier r_t, which rises to 1.
///
/// Around Adam:
///
/// ```
/// ρ_∞ = 2 / (1 − β₂) − 1
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// ρₜ = ρ_∞ − 2·t·β₂ᵗ / (1 − β₂ᵗ)
/// rₜ = √((ρₜ − 4)·(ρₜ − 2)·ρ_∞ / ((ρ_∞ − 4)·(ρ_∞ − 2)·ρₜ))
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// uₜ = rₜ·m̂ₜ / (√v̂ₜ + ε) if ρₜ > threshold, else m̂ₜ
/// θₜ = θₜ₋₁ − η·uₜ
/// ```
/// No states of its own. The paper rectifies where ρ_t > 4, from the fifth step on for usual β₂; optax and
/// labml where ρ_t ≥ 5, torch where ρ_t > 5, both from the sixth. For β₂ ≤ 0.6 it never does.
///
/// Reference: L. Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020,
/// arXiv:1908.03265.
///
/// @param rule whose step is rectified
/// @param inclusive whether it is rectified where ρ_t equals the threshold
/// @param degenerate what the step is before
/// @param place where the rectifier stands
public record Rectify(
        Adaptive rule,

        @Hyperparameter(range = "[4, inf)", what = "rectify where rho_t is larger", source = "Liu et al. 2020")
        double threshold,

        boolean inclusive,
        Degenerate degenerate,
        Place place)
        implements AdaptiveWrapper {
    /// The step while the second moment is not to be trusted.
    public enum Degenerate {
        /// The corrected first moment: momentum without adaptation.
        MOMENTUM,
        /// None; the moments advance all the same.
        SKIP
    }

    /// Where the rectifier stands.
    public enum Place {
        /// `r m̂ / (√v̂ + ε)`: the paper.
        OUTSIDE,
        /// `m̂ / (√v̂ / r + ε)`: the notebook, where ε weighs more by 1/r; also before a softplus.
        INSIDE_ROOT
    }

    public Rectify {
        Hyperparameters.check(Rectify.class, threshold);
    }

    public Rectify(Adaptive rule) {
        this(rule, 4, false, Degenerate.MOMENTUM, Place.OUTSIDE);
    }

    public Rectify withThreshold(double threshold) {
        return new Rectify(rule, threshold, inclusive, degenerate, place);
    }

    public Rectify withInclusive(boolean inclusive) {
        return new Rectify(rule, threshold, inclusive, degenerate, place);
    }

    public Rectify withDegenerate(Degenerate degenerate) {
        return new Rectify(rule, threshold, inclusive, degenerate, place);
    }

    public Rectify withPlace(Place place) {
        return new Rectify(rule, threshold, inclusive, degenerate, place);
    }

    public Rectify whereAbove(double threshold) {
        return new Rectify(rule, threshold, false, degenerate, place);
    }

    public Rectify whereAtLeast(double threshold) {
        return new Rectify(rule, threshold, true, degenerate, place);
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr rho = Rectifier.rho(moments.beta2(), moments.t());
        Expr r = Rectifier.r(rho, moments.beta2());
        Expr threshold = s.hyper("threshold", this.threshold);
        Condition tractable = inclusive ? rho.ge(threshold) : rho.gt(threshold);
        return moments.with(d -> where(tractable, rectified(moments, d, r), degenerate(d)));
    }

    private Expr rectified(Moments inner, Moments d, Expr r) {
        return switch (place) {
            case OUTSIDE -> inner.denominator().divide(d).times(r);
            case INSIDE_ROOT -> inner.denominator().divide(d.withVHat(d.vHat().div(square(r))));
        };
    }

    private Expr degenerate(Moments d) {
        return switch (degenerate) {
            case MOMENTUM -> d.mHat();
            case SKIP -> Expr.ZERO;
        };
    }
}
