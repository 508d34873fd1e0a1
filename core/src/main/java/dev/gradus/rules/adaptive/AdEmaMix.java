package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.exp;
import static dev.gradus.expr.Formulas.log;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// AdEMAMix: adds a second, slow average of gradients to Adam's, which remembers tens of thousands of steps.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// βₜ = exp(1 / ((1 − t / β₃_warmup) / log(β₁) + t / (β₃_warmup·log(β₃)))) if t < β₃_warmup, else β₃
/// m₂,ₜ = βₜ·m₂,ₜ₋₁ + (1 − βₜ)·gₜ
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// wₜ = α·t / α_warmup if t < α_warmup, else α
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·(m̂ₜ + wₜ·m₂,ₜ) / (√v̂ₜ + ε)
/// ```
/// State: `exp_avg_slow`, of the parameter's shape, beside those of the rule within. The slow average is not
/// corrected. It begins at β₁ and becomes slower such that its half-life grows linearly; a warm-up of 0 steps is none.
/// The paper sets both warm-ups to the length of the training, its code has none by default, and α = 2 where the
/// paper's experiments have 5 to 10. The half-life in the official code is that of β + 1e-8, which changes β₃ by about
/// 1e-8. Weight decay is a link of its own after it.
///
/// Reference: M. Pagliardini, P. Ablin, D. Grangier, "The AdEMAMix Optimizer: Better, Faster, Older", ICLR 2025,
/// arXiv:2409.03137.
///
/// @param rule whose first moment the slow average is added to
public record AdEmaMix(
        Adaptive rule,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the slow average", source = "apple/ml-ademamix")
        double beta3,

        @Hyperparameter(range = "[0, inf)", what = "weight of the slow average", source = "apple/ml-ademamix")
        double alpha,

        @Hyperparameter(range = "[0, inf)", what = "steps until beta3 is reached", source = "apple/ml-ademamix")
        double beta3Warmup,

        @Hyperparameter(range = "[0, inf)", what = "steps until alpha is reached", source = "apple/ml-ademamix")
        double alphaWarmup)
        implements AdaptiveWrapper {
    public AdEmaMix {
        Hyperparameters.check(AdEmaMix.class, beta3, alpha, beta3Warmup, alphaWarmup);
    }

    public AdEmaMix(Adaptive rule) {
        this(rule, 0.9999, 2, 0, 0);
    }

    public AdEmaMix withBeta3(double beta3) {
        return new AdEmaMix(rule, beta3, alpha, beta3Warmup, alphaWarmup);
    }

    public AdEmaMix withAlpha(double alpha) {
        return new AdEmaMix(rule, beta3, alpha, beta3Warmup, alphaWarmup);
    }

    public AdEmaMix withBeta3Warmup(double beta3Warmup) {
        return new AdEmaMix(rule, beta3, alpha, beta3Warmup, alphaWarmup);
    }

    public AdEmaMix withAlphaWarmup(double alphaWarmup) {
        return new AdEmaMix(rule, beta3, alpha, beta3Warmup, alphaWarmup);
    }

    /// This rule with both warm-ups as long as the training.
    public AdEmaMix overSteps(double steps) {
        return new AdEmaMix(rule, beta3, alpha, steps, steps);
    }

    @Override
    public String name() {
        return "ademamix";
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr t = moments.t();
        Expr b3 = s.hyper("beta3", beta3);
        Expr b3Warmup = s.hyper("beta3_warmup", beta3Warmup);
        Expr share = t.div(b3Warmup);
        Expr halfLife = Expr.ONE.minus(share).div(log(moments.beta1())).plus(share.div(log(b3)));
        Expr rate = where(t.lt(b3Warmup), exp(Expr.ONE.div(halfLife)), b3).named("beta");
        Expr slow = s.state("exp_avg_slow").symbol("m2").becomes(old -> ema(rate, old, moments.g()));

        Expr alpha = s.hyper("alpha", this.alpha);
        Expr alphaWarmup = s.hyper("alpha_warmup", this.alphaWarmup);
        Condition warm = t.lt(alphaWarmup);
        Expr weight = where(warm, alpha.times(t.div(alphaWarmup)), alpha).named("w");
        return moments.withMHat(moments.mHat().plus(weight.times(slow)));
    }
}
