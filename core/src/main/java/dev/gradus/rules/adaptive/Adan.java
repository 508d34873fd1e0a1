package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Adan: Adam whose first moment is corrected with an average of the gradient's change, in the place of
/// Nesterov's look ahead.
///
/// ```
/// neg_pre_gradₜ = −gₜ
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// dₜ = 0 if t = 1, else gₜ + neg_pre_gradₜ₋₁
/// δₜ = β₂·δₜ₋₁ + (1 − β₂)·dₜ
/// vₜ = β₃·vₜ₋₁ + (1 − β₃)·(gₜ + β₂·dₜ)²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// δ̂ₜ = δₜ / (1 − β₂ᵗ)
/// v̂ₜ = vₜ / (1 − β₃ᵗ)
/// θₜ = θₜ₋₁ − η·(m̂ₜ + β₂·δ̂ₜ) / (√v̂ₜ + ε)
/// ```
/// All three averages are corrected for their start at zero. States: `exp_avg` (m), `exp_avg_diff` (δ), `exp_avg_sq`
/// (v) and `neg_pre_grad` (−gₜ₋₁), each of the parameter's shape. β are decay rates as in
/// the authors' code, 1 less what the paper calls so. The authors' weight decay is a link behind it:
/// [DecayProximally].
///
/// Reference: X. Xie et al., "Adan: Adaptive Nesterov Momentum Algorithm for Faster Optimizing Deep Models",
/// TPAMI 2024, arXiv:2208.06677.
public record Adan(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Xie et al. 2024")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average change", source = "Xie et al. 2024")
        double beta2,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Xie et al. 2024")
        double beta3,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "Xie et al. 2024")
        double eps,

        Weight weight)
        implements Adaptive {
    /// The weight w of the gradient's change.
    public enum Weight {
        /// β₂: the paper and the authors' code.
        BETA2,
        /// 1 − β₂: optax 0.2.8, which differs from the second step on.
        ONE_MINUS_BETA2
    }

    public Adan {
        Hyperparameters.check(Adan.class, beta1, beta2, beta3, eps);
    }

    public Adan() {
        this(0.98, 0.92, 0.99, 1e-8, Weight.BETA2);
    }

    public Adan withBeta1(double beta1) {
        return new Adan(beta1, beta2, beta3, eps, weight);
    }

    public Adan withBeta2(double beta2) {
        return new Adan(beta1, beta2, beta3, eps, weight);
    }

    public Adan withBeta3(double beta3) {
        return new Adan(beta1, beta2, beta3, eps, weight);
    }

    public Adan withEps(double eps) {
        return new Adan(beta1, beta2, beta3, eps, weight);
    }

    public Adan withWeight(Weight weight) {
        return new Adan(beta1, beta2, beta3, eps, weight);
    }

    @Override
    public Moments moments(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr b3 = s.hyper("beta3", beta3);
        Expr t = s.t();
        Expr w = weight == Weight.BETA2 ? b2 : Expr.ONE.minus(b2);
        Expr g = s.direction();
        StateRef negated = s.state("neg_pre_grad");
        Expr change =
                where(s.t(Clock.OWN).eq(1), Expr.ZERO, g.plus(negated.before())).named("d");
        negated.write(old -> g.unaryMinus());

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr average = s.state("exp_avg_diff").symbol("delta").becomes(old -> ema(b2, old, change));
        Expr v = s.state("exp_avg_sq")
                .symbol("v")
                .nonNegative()
                .becomes(old -> ema(b3, old, square(g.plus(w.times(change)))));

        Expr ahead = unbias(m, b1, t).plus(w.times(unbias(average, b2, t)));
        return Moments.of(
                        g,
                        m,
                        v,
                        b1,
                        b3,
                        t,
                        d -> EpsPlacement.CORRECTED.with(s.hyper("eps", eps)).divide(d))
                .withMHat(ahead);
    }
}
