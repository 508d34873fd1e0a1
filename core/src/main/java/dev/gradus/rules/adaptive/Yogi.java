package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Yogi: Adam whose second moment moves by no more than the squared gradient, so that it cannot fall quickly.
///
/// ```
/// m₀ = initial_accumulator
/// v₀ = initial_accumulator
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = vₜ₋₁ − sign(vₜ₋₁ − gₜ²)·(1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// ```
/// States: `exp_avg` and `exp_avg_sq`, each of the parameter's shape. Both start at the same small number, as
/// in optax. The paper starts the second at squared gradients of a large batch and has no bias correction.
///
/// Reference: M. Zaheer et al., "Adaptive Methods for Nonconvex Optimization", NeurIPS 2018.
public record Yogi(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Zaheer et al. 2018")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Zaheer et al. 2018")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "Zaheer et al. 2018")
        double eps,

        @Hyperparameter(range = "[0, inf)", what = "where both moments start", source = "optax 0.2.8")
        double initialAccumulator)
        implements Adaptive {
    public Yogi {
        Hyperparameters.check(Yogi.class, beta1, beta2, eps, initialAccumulator);
    }

    public Yogi() {
        this(0.9, 0.999, 1e-3, 1e-6);
    }

    public Yogi withBeta1(double beta1) {
        return new Yogi(beta1, beta2, eps, initialAccumulator);
    }

    public Yogi withBeta2(double beta2) {
        return new Yogi(beta1, beta2, eps, initialAccumulator);
    }

    public Yogi withEps(double eps) {
        return new Yogi(beta1, beta2, eps, initialAccumulator);
    }

    public Yogi withInitialAccumulator(double initialAccumulator) {
        return new Yogi(beta1, beta2, eps, initialAccumulator);
    }

    @Override
    public Moments moments(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr start = s.hyper("initial_accumulator", initialAccumulator);
        Expr g = s.direction();
        Expr change = Expr.ONE.minus(b2).times(square(g));

        Expr m = s.state("exp_avg", start).symbol("m").becomes(old -> ema(b1, old, g));
        Expr v = s.state("exp_avg_sq", start)
                .symbol("v")
                .nonNegative()
                .becomes(old -> old.minus(sign(old.minus(square(g))).times(change)));

        return Moments.of(
                g,
                m,
                v,
                b1,
                b2,
                s.t(),
                d -> EpsPlacement.CORRECTED.with(s.hyper("eps", eps)).divide(d));
    }
}
