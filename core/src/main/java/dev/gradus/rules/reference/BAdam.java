package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.softplus;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.rules.adaptive.Softplus;

/// The core of the notebook's B_Adam: divides by an average of the curvature as the last step showed it, the
/// change of the gradient over the change of the parameter.
///
/// ```
/// gradₜ = gₜ
/// m_1stₜ = β₁·m_1stₜ₋₁ + (1 − β₁)·gₜ
/// uₜ = −mean(|updateₜ₋₁|) if updateₜ₋₁ < 0, else mean(|updateₜ₋₁|)
/// u′ₜ = uₜ if |updateₜ₋₁| < mean(|updateₜ₋₁|), else updateₜ₋₁
/// u″ₜ = (gₜ − gradₜ₋₁) / u′ₜ
/// ϕₜ = 0 if mean(|updateₜ₋₁|) = 0 or |u″ₜ| ≥ ∞, else u″ₜ
/// m_2edₜ = m_2edₜ₋₁ if t = 1, else β₂·m_2edₜ₋₁ + (1 − β₂)·ϕₜ
/// m̂_1stₜ = m_1stₜ / (1 − β₁ᵗ)
/// u₄,ₜ = m̂_1stₜ if t = 1, else m̂_1stₜ / softplus_smooth(|m_2edₜ / (1 − β₂ᵗ⁻¹)|)
/// updateₜ = η·u₄,ₜ
/// θₜ = θₜ₋₁ − updateₜ
/// ```
///
/// That is, with the notebook's names:
///
/// ```
/// Φ_t = (g_t − g_{t−1}) / s_{t−1}   with s_{t−1} = θ_{t−2} − θ_{t−1} kept away from 0
/// m_t = β₁ m_{t−1} + (1 − β₁) g_t
/// v_t = β₂ v_{t−1} + (1 − β₂) Φ_t,   v̂_t = v_t / (1 − β₂ᵗ⁻¹)   from the second step on
/// u_t = m̂_t / softplus(|v̂_t|)   (m̂_1 at the first step)
/// ```
/// States: `exp_avg_1st`, `exp_avg_2ed`, `update` (the last step, decay included) and `grad`, each of the
/// parameter's shape. Φ is 0 where the whole last step was 0, and where it would
/// not be finite because that step was too small. The notebook's text and code differ in how s is
/// kept away from 0 and in the softplus, see [Flavour]; the scale by the tensor's magnitude is a link of its
/// own: [ScaleByMagnitude].
///
/// @param linearAbove where |v̂| · smooth is larger, its softplus is itself; infinity for the exact function,
///     20 for torch's
public record BAdam(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "the notebook")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the curvature", source = "the notebook")
        double beta2,

        @Hyperparameter(range = "(0, inf)", what = "sharpness of the softplus", source = "the notebook")
        double smooth,

        double linearAbove,
        Flavour flavour)
        implements Direction {
    /// Which of the notebook's two descriptions is followed.
    public enum Flavour {
        /// |s| is at least its tensor's mean, its sign kept; the divisor is the softplus of |v̂|.
        CODE,
        /// s is replaced by its softplus, which loses the sign; the divisor is |v̂|, or 1 where that is 0.
        TEXT
    }

    public BAdam {
        Hyperparameters.check(BAdam.class, beta1, beta2, smooth);
        Softplus.requireLinearAbove("BAdam", linearAbove);
    }

    public BAdam() {
        this(0.9, 0.99, 50, Double.POSITIVE_INFINITY, Flavour.CODE);
    }

    public BAdam withBeta1(double beta1) {
        return new BAdam(beta1, beta2, smooth, linearAbove, flavour);
    }

    public BAdam withBeta2(double beta2) {
        return new BAdam(beta1, beta2, smooth, linearAbove, flavour);
    }

    public BAdam withSmooth(double smooth) {
        return new BAdam(beta1, beta2, smooth, linearAbove, flavour);
    }

    public BAdam withLinearAbove(double linearAbove) {
        return new BAdam(beta1, beta2, smooth, linearAbove, flavour);
    }

    public BAdam withFlavour(Flavour flavour) {
        return new BAdam(beta1, beta2, smooth, linearAbove, flavour);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr smooth = s.hyper("smooth", this.smooth);
        Expr t = s.t();
        Expr g = s.direction();
        Condition first = s.t(Clock.OWN).eq(1);

        StateRef gradient = s.state("grad");
        Expr change = g.minus(gradient.before());
        gradient.write(old -> g);
        Expr last = s.state("update").becomesAfterStep((done, old) -> done.subtracted());
        Expr meanStep = mean(abs(last));
        Expr curvature = change.div(awayFromZero(last, meanStep, smooth));
        Expr phi = where(meanStep.eq(0).or(isFinite(curvature).not()), Expr.ZERO, curvature)
                .named("phi");

        Expr m = s.state("exp_avg_1st").symbol("m_1st").becomes(old -> ema(b1, old, g));
        Expr v = s.state("exp_avg_2ed").symbol("m_2ed").becomes(old -> where(first, old, ema(b2, old, phi)));
        Expr mHat = unbias(m, b1, t);
        Expr size = abs(v.div(correction(b2, t.minus(1))));
        return where(first, mHat, mHat.div(divisor(size, smooth)));
    }

    private Expr awayFromZero(Expr last, Expr meanStep, Expr smooth) {
        return switch (flavour) {
            case CODE ->
                where(abs(last).lt(meanStep), where(last.lt(Expr.ZERO), meanStep.unaryMinus(), meanStep), last);
            case TEXT -> softplus(last, smooth, linearAbove);
        };
    }

    private Expr divisor(Expr size, Expr smooth) {
        return switch (flavour) {
            case CODE -> softplus(size, smooth, linearAbove);
            case TEXT -> where(size.eq(0), Expr.ONE, size);
        };
    }
}
