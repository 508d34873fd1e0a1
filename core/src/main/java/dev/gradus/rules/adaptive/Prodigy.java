package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.decayed;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.sum;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Prodigy: Adam whose step size is an estimate d of the distance to the solution, from all parameters
/// together; the learning rate is 1, or a schedule around it.
///
/// ```
/// g̃ₜ = dₜ₋₁·gₜ
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·g̃ₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·g̃ₜ²
/// r′ₜ = √(1 − β₂^t_all) / (1 − β₁^t_all)
/// sₜ = √β₂·sₜ₋₁ + (dₜ₋₁ / d₀)·dₜ₋₁·η·r′ₜ·gₜ
/// rₜ = √β₂·rₜ₋₁ + (dₜ₋₁ / d₀)·dₜ₋₁·r′ₜ·∑_global η·∑ gₜ·(θ₀ − θₜ₋₁)
/// dₜ = dₜ₋₁ if ∑_global |sₜ| = 0, else max(dₜ₋₁, d_coef·rₜ / (∑_global |sₜ|))
/// θₜ = θₜ₋₁ − η·dₜ₋₁·r′ₜ·(mₜ / (√vₜ + dₜ·ε) + λ·θₜ₋₁)
/// ```
///
/// States: `exp_avg`, `exp_avg_sq`, `grad_sum` and `params0` (θ₀), each of the parameter's shape, and for all
/// parameters of the link `estim_lr` (d) and `numerator_weighted`. As in optax: d of the step before scales the
/// gradient and the step, the new d stands beside ε; what a parameter contributes to d carries its group's learning
/// rate, so that a group at rate 0 is frozen and leaves the others' d alone; weight decay is a link of its own
/// before which the direction already carries d.
///
/// Reference: K. Mishchenko, A. Defazio, "Prodigy: An Expeditiously Adaptive Parameter-Free Learner", ICML
/// 2024, arXiv:2306.06101.
///
/// @param safeguardWarmup whether the sum of gradients leaves the learning rate out, for long warm-ups
public record Prodigy(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Mishchenko & Defazio 2024")
        double beta1,

        @Hyperparameter(
                range = "[0, 1)",
                what = "decay rate of the second moment",
                source = "Mishchenko & Defazio 2024")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root, times d", source = "Mishchenko & Defazio 2024")
        double eps,

        @Hyperparameter(
                range = "(0, inf)",
                what = "first estimate of the distance",
                source = "Mishchenko & Defazio 2024")
        double d0,

        @Hyperparameter(range = "(0, inf)", what = "factor of the estimate", source = "Mishchenko & Defazio 2024")
        double dCoef,

        @Hyperparameter(range = "[0, inf)", what = "weight decay, scaled like the step", source = "optax 0.2.8")
        double weightDecay,

        boolean safeguardWarmup)
        implements Direction {
    public Prodigy {
        Hyperparameters.check(Prodigy.class, beta1, beta2, eps, d0, dCoef, weightDecay);
    }

    public Prodigy() {
        this(0.9, 0.999, 1e-8, 1e-6, 1, 0, false);
    }

    public Prodigy withBeta1(double beta1) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withBeta2(double beta2) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withEps(double eps) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withD0(double d0) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withDCoef(double dCoef) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withWeightDecay(double weightDecay) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    public Prodigy withSafeguardWarmup(boolean safeguardWarmup) {
        return new Prodigy(beta1, beta2, eps, d0, dCoef, weightDecay, safeguardWarmup);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr b3 = sqrt(b2);
        Expr t = s.t(Clock.OPTIMIZER);
        Expr d0 = s.hyper("d0", this.d0);
        StateRef estimate = s.shared("estim_lr", d0).symbol("d");
        Expr d = estimate.before();
        Expr correction = sqrt(correction(b2, t)).div(correction(b1, t));
        Expr step = d.times(s.learningRate()).times(correction);
        Expr g = s.direction();

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, d.times(g)));
        Expr v = s.state("exp_avg_sq").symbol("v").nonNegative().becomes(old -> ema(b2, old, square(d.times(g))));
        Expr unfrozen = where(s.learningRate().gt(0), d, Expr.ZERO);
        Expr weight = d.div(d0).times(safeguardWarmup ? unfrozen : step);
        Expr gradients =
                s.state("grad_sum").symbol("s").becomes(old -> b3.times(old).plus(weight.times(g)));
        Expr initial =
                s.state("params0", s.initialTheta()).symbol("theta_0").weights().before();

        Expr towards = s.total(sum(g.times(initial.minus(s.theta()))).times(s.learningRate()));
        Expr numerator = s.shared("numerator_weighted", Expr.ZERO)
                .symbol("r")
                .becomes(old ->
                        b3.times(old).plus(d.div(d0).times(d.times(correction)).times(towards)));
        Expr length = s.total(abs(gradients));
        Expr found = s.hyper("d_coef", dCoef).times(numerator).div(length);
        Expr dNew = estimate.becomes(old -> where(length.eq(0), old, max(old, found)));

        Expr u = m.div(sqrt(v).plus(dNew.times(s.hyper("eps", eps))));
        return decayed(u, s.hyper("weight_decay", weightDecay), s.theta()).times(d.times(correction));
    }
}
