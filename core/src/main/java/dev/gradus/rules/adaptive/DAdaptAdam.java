package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.decayed;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.sum;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// D-Adaptation for Adam: the step size is a lower bound d of the distance to the solution, from all parameters
/// together; the learning rate is 1, or a schedule around it. [Prodigy] is its successor.
///
/// ```
/// γₜ = dₜ₋₁·η
/// g̃ₜ = γₜ·gₜ
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·g̃ₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// sₜ = √β₂·sₜ₋₁ + (1 − √β₂)·g̃ₜ
/// uₜ = √vₜ + ε
/// rₜ = √β₂·rₜ₋₁ + (1 − √β₂)·∑_global γₜ·∑ gₜ·sₜ₋₁ / uₜ
/// dₜ = dₜ₋₁ if ∑_global |sₜ| = 0, else max(dₜ₋₁, rₜ / ((1 − √β₂)·∑_global |sₜ|))
/// θₜ = θₜ₋₁ − (mₜ / uₜ + λ·γₜ·θₜ₋₁)
/// ```
/// States: `exp_avg`, `exp_avg_sq` and `grad_sum` (s), each of the parameter's shape, and for all parameters of the
/// link `estim_lr` (d) and `numerator_weighted` (r). ε stands beside the root of the second moment, which is not
/// corrected. As the paper's algorithm: the official code and optax divide by v_{t−1} in r, optax corrects for the
/// start
/// at zero and the official code does so if asked. Before version 3 the official code had β₂ in the place of √β₂ and
/// another estimate of d; its limit of d's growth is left out here.
///
/// Reference: A. Defazio, K. Mishchenko, "Learning-Rate-Free Learning by D-Adaptation", ICML 2023, arXiv:2301.07733.
public record DAdaptAdam(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Defazio & Mishchenko 2023")
        double beta1,

        @Hyperparameter(
                range = "(0, 1)",
                what = "decay rate of the second moment",
                source = "Defazio & Mishchenko 2023")
        double beta2,

        @Hyperparameter(range = "(0, inf)", what = "added to the root", source = "Defazio & Mishchenko 2023")
        double eps,

        @Hyperparameter(
                range = "(0, inf)",
                what = "first estimate of the distance",
                source = "Defazio & Mishchenko 2023")
        double d0,

        @Hyperparameter(
                range = "[0, inf)",
                what = "weight decay, scaled like the step",
                source = "facebookresearch/dadaptation")
        double weightDecay)
        implements Rule {
    public DAdaptAdam {
        Hyperparameters.check(DAdaptAdam.class, beta1, beta2, eps, d0, weightDecay);
    }

    public DAdaptAdam() {
        this(0.9, 0.999, 1e-8, 1e-6, 0);
    }

    public DAdaptAdam withBeta1(double beta1) {
        return new DAdaptAdam(beta1, beta2, eps, d0, weightDecay);
    }

    public DAdaptAdam withBeta2(double beta2) {
        return new DAdaptAdam(beta1, beta2, eps, d0, weightDecay);
    }

    public DAdaptAdam withEps(double eps) {
        return new DAdaptAdam(beta1, beta2, eps, d0, weightDecay);
    }

    public DAdaptAdam withD0(double d0) {
        return new DAdaptAdam(beta1, beta2, eps, d0, weightDecay);
    }

    public DAdaptAdam withWeightDecay(double weightDecay) {
        return new DAdaptAdam(beta1, beta2, eps, d0, weightDecay);
    }

    @Override
    public Step apply(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr b3 = sqrt(b2);
        Expr g = s.direction();
        StateRef estimate = s.shared("estim_lr", s.hyper("d0", d0)).symbol("d");
        Expr rate = estimate.before().times(s.learningRate()).named("gamma");

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, rate.times(g)));
        Expr v = s.state("exp_avg_sq").symbol("v").nonNegative().becomes(old -> ema(b2, old, square(g)));
        Expr root = sqrt(v).plus(s.hyper("eps", eps));
        StateRef weighted = s.state("grad_sum").symbol("s");
        Expr along = s.total(sum(g.times(weighted.before()).div(root)).times(rate));
        Expr weightedSum = weighted.becomes(old -> ema(b3, old, rate.times(g)));
        Expr length = s.total(abs(weightedSum));

        Expr numerator = s.shared("numerator_weighted", Expr.ZERO).symbol("r").becomes(old -> ema(b3, old, along));
        Expr found = numerator.div(Expr.ONE.minus(b3).times(length));
        estimate.write(old -> where(length.eq(0), old, max(old, found)));

        Expr decay = s.hyper("weight_decay", weightDecay).times(rate);
        return s.scaledDirection(decayed(m.div(root), decay, s.theta()));
    }
}
