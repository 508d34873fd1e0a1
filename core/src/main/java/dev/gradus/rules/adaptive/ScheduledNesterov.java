package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.pow;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Nesterov's look ahead for a rule with moments, with the schedule of momentum that its paper has; around Adam
/// it makes torch's NAdam.
///
/// Around Adam:
///
/// ```
/// Π₀ = 1
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// μₜ = β₁·(1 − 0.5·0.96^(t·ψ))
/// Πₜ = Πₜ₋₁·μₜ
/// μ_nextₜ = β₁·(1 − 0.5·0.96^((t + 1)·ψ))
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·(μ_nextₜ·mₜ / (1 − Πₜ·μ_nextₜ) + (1 − μₜ)·gₜ / (1 − Πₜ)) / (√v̂ₜ + ε)
/// ```
/// State: `mu_product` (Π), a number per parameter, beside those of the rule within. optax has no schedule and
/// corrects with powers of β₁ instead: [Nesterov]. ψ = 0 is not that, but μ = β₁ / 2.
///
/// Reference: T. Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
public record ScheduledNesterov(
        Adaptive rule,

        @Hyperparameter(range = "[0, inf)", what = "how fast momentum rises", source = "Dozat 2016", symbol = "psi")
        double momentumDecay)
        implements AdaptiveWrapper {
    public ScheduledNesterov {
        Hyperparameters.check(ScheduledNesterov.class, momentumDecay);
    }

    public ScheduledNesterov(Adaptive rule) {
        this(rule, 4e-3);
    }

    public ScheduledNesterov withMomentumDecay(double momentumDecay) {
        return new ScheduledNesterov(rule, momentumDecay);
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr t = moments.t();
        Expr now = momentum(moments, t, s).named("mu");
        Expr next = momentum(moments, t.plus(1), s).named("mu_next");
        StateRef state = s.scalar("mu_product", Expr.ONE).symbol("Pi");
        Expr product = state.becomes(old -> old.times(now));

        Expr known = Expr.ONE.minus(now).times(moments.g()).div(Expr.ONE.minus(product));
        return moments.withMHat(
                next.times(moments.m()).div(Expr.ONE.minus(product.times(next))).plus(known));
    }

    private Expr momentum(Moments moments, Expr t, Step s) {
        Expr decay = s.hyper("momentum_decay", momentumDecay);
        Expr missing = pow(Expr.constant(0.96), t.times(decay)).times(0.5);
        return moments.beta1().times(Expr.ONE.minus(missing));
    }
}
