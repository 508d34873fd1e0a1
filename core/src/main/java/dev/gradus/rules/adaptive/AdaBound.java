package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.min;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// AdaBound: the step size of each element stays between two bounds that close in on that of gradient descent, so that
/// training begins as with Adam and ends as with momentum.
///
/// Around Adam with ε beside the uncorrected root:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// lowerₜ = (final_lr / base_lr)·(1 − 1 / (γ·t + 1))
/// upperₜ = (final_lr / base_lr)·(1 + 1 / (γ·t))
/// θₜ = θₜ₋₁ − η·clip(√(1 − β₂ᵗ)·1 / ((1 − β₁ᵗ)·(√vₜ + ε)), lowerₜ, upperₜ)·mₜ
/// ```
/// No states of its own. As in the official code: what is clipped is η's factor, with both corrections in it, so that
/// a schedule of η moves the bounds in proportion (η is the base rate at first); m itself is not corrected. The paper's
/// Algorithm 2 has no corrections, divides the clipped step size by √t besides, and does not scale the bounds. ε stands
/// beside the root of the uncorrected moment there, `adaBound(adam(placement=uncorrected))`, which the catalogue has.
/// Around [AmsGrad] it is AMSBound. The official AdaBoundW decays weights independently of η: [ShrinkWeights].
///
/// Reference: L. Luo, Y. Xiong, Y. Liu, X. Sun, "Adaptive Gradient Methods with Dynamic Bound of Learning Rate", ICLR
/// 2019, arXiv:1902.09843.
///
/// @param rule whose step size is bounded
public record AdaBound(
        Adaptive rule,

        @Hyperparameter(range = "[0, inf)", what = "step size that it ends at", source = "Luo et al. 2019")
        double finalLr,

        @Hyperparameter(
                range = "(0, inf)",
                what = "learning rate that the final one belongs to",
                source = "Luo et al. 2019")
        double baseLr,

        @Hyperparameter(range = "(0, inf)", what = "how fast the bounds close in", source = "Luo et al. 2019")
        double gamma)
        implements AdaptiveWrapper {
    public AdaBound {
        Hyperparameters.check(AdaBound.class, finalLr, baseLr, gamma);
    }

    public AdaBound(Adaptive rule) {
        this(rule, 0.1, 1e-3, 1e-3);
    }

    public AdaBound withFinalLr(double finalLr) {
        return new AdaBound(rule, finalLr, baseLr, gamma);
    }

    public AdaBound withBaseLr(double baseLr) {
        return new AdaBound(rule, finalLr, baseLr, gamma);
    }

    public AdaBound withGamma(double gamma) {
        return new AdaBound(rule, finalLr, baseLr, gamma);
    }

    @Override
    public String name() {
        return "adabound";
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr ratio = s.hyper("final_lr", finalLr).div(s.hyper("base_lr", baseLr));
        Expr elapsed = s.hyper("gamma", gamma).times(moments.t());
        Expr lower = ratio.times(Expr.ONE.minus(Expr.ONE.div(elapsed.plus(1)))).named("lower");
        Expr upper = ratio.times(Expr.ONE.plus(Expr.ONE.div(elapsed))).named("upper");
        Expr corrected = Expr.ONE.div(correction(moments.beta1(), moments.t()));
        Denominator inner = moments.denominator();
        return moments.with(d ->
                max(min(inner.divide(d.withMHat(corrected)), upper), lower).times(d.m()));
    }
}
