package dev.gradus.rules.momentum;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sign;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Lion: the sign of an average gradient that weighs the newest one more than the stored average does.
///
/// ```
/// mₜ = β₂·mₜ₋₁ + (1 − β₂)·gₜ
/// θₜ = θₜ₋₁ − η·sign(β₁·mₜ₋₁ + (1 − β₁)·gₜ)
/// ```
/// State: `exp_avg`, of the parameter's shape. Each element moves by η, so that η is to be smaller and weight
/// decay larger than Adam's, both 3 to 10 times by the paper.
///
/// Reference: X. Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023, arXiv:2302.06675.
public record Lion(
        @Hyperparameter(range = "[0, 1)", what = "share of the average in the step", source = "Chen et al. 2023")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average", source = "Chen et al. 2023")
        double beta2)
        implements Direction {
    public Lion {
        Hyperparameters.check(Lion.class, beta1, beta2);
    }

    public Lion() {
        this(0.9, 0.99);
    }

    public Lion withBeta1(double beta1) {
        return new Lion(beta1, beta2);
    }

    public Lion withBeta2(double beta2) {
        return new Lion(beta1, beta2);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        StateRef average = s.state("exp_avg").symbol("m");
        average.write(old -> ema(b2, old, s.direction()));
        return sign(ema(b1, average.before(), s.direction()));
    }
}
