package dev.gradus.rules.decay;

import static dev.gradus.expr.Formulas.decayed;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Cautious weight decay: adds `λ θ` to the direction for those elements that the direction moves towards 0 anyway;
/// the others, which it moves away from 0, do not decay.
///
/// ```
/// uₜ = θₜ₋₁ if gₜ·θₜ₋₁ > 0, else 0
/// θₜ = θₜ₋₁ − η·(gₜ + λ·uₜ)
/// ```
///
/// Reference: L. Chen et al., "Cautious Weight Decay", 2025, arXiv:2510.12402.
public record DecayCautiously(
        @Hyperparameter(range = "[0, inf)", what = "weight decay", source = "torch AdamW")
        double weightDecay) implements Direction {
    public DecayCautiously {
        Hyperparameters.check(DecayCautiously.class, weightDecay);
    }

    public DecayCautiously() {
        this(0.01);
    }

    public DecayCautiously withWeightDecay(double weightDecay) {
        return new DecayCautiously(weightDecay);
    }

    @Override
    public Expr update(Step s) {
        Expr u = s.direction();
        Expr towardsZero = where(u.times(s.theta()).gt(0), s.theta(), Expr.ZERO);
        return decayed(u, s.hyper("weight_decay", weightDecay), towardsZero);
    }
}
