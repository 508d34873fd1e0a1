package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// AdaBelief: like Adam, but divides by how far gradients stray from their average, so that steps are long
/// where the gradient is as predicted.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// sₜ = β₂·sₜ₋₁ + (1 − β₂)·(gₜ − mₜ)² + ε_root
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// ŝₜ = sₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√ŝₜ + ε)
/// ```
/// States: `exp_avg` and `exp_avg_var`, each of the parameter's shape. ε_root is added to the state in every
/// step, so that it grows to ε_root / (1 − β₂); ε stands outside the root. The paper and the official code have
/// one ε in both places. labml adds it to the second moment without storing it: there, ε_root is 0 and the rule
/// is wrapped in [EpsInRoot].
///
/// Reference: J. Zhuang et al., "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients",
/// NeurIPS 2020, arXiv:2010.07468.
public record AdaBelief(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Zhuang et al. 2020")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Zhuang et al. 2020")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "optax 0.2.8")
        double eps,

        @Hyperparameter(range = "[0, inf)", what = "added to the second moment in every step", source = "optax 0.2.8")
        double epsRoot,

        EpsPlacement placement)
        implements Adaptive {
    public AdaBelief {
        Hyperparameters.check(AdaBelief.class, beta1, beta2, eps, epsRoot);
    }

    public AdaBelief() {
        this(0.9, 0.999, 1e-16, 1e-16, EpsPlacement.CORRECTED);
    }

    public AdaBelief withBeta1(double beta1) {
        return new AdaBelief(beta1, beta2, eps, epsRoot, placement);
    }

    public AdaBelief withBeta2(double beta2) {
        return new AdaBelief(beta1, beta2, eps, epsRoot, placement);
    }

    public AdaBelief withEps(double eps) {
        return new AdaBelief(beta1, beta2, eps, epsRoot, placement);
    }

    public AdaBelief withEpsRoot(double epsRoot) {
        return new AdaBelief(beta1, beta2, eps, epsRoot, placement);
    }

    public AdaBelief withPlacement(EpsPlacement placement) {
        return new AdaBelief(beta1, beta2, eps, epsRoot, placement);
    }

    @Override
    public String name() {
        return "adabelief";
    }

    @Override
    public Moments moments(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr root = s.hyper("eps_root", epsRoot);
        Expr g = s.direction();

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr v = s.state("exp_avg_var")
                .symbol("s")
                .nonNegative()
                .becomes(old -> ema(b2, old, square(g.minus(m))).plus(root));

        return Moments.of(
                g, m, v, b1, b2, s.t(), d -> placement.with(s.hyper("eps", eps)).divide(d));
    }
}
