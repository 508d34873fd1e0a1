package dev.gradus.rules.control;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Shortens the direction with the parameter's own steps: `u / (1 + (t − 1) γ)`. As `lr_decay` of torch's
/// Adagrad. No states.
///
/// ```
/// θₜ = θₜ₋₁ − η·gₜ / (1 + (t − 1)·decay)
/// ```
public record DecayOverTime(
        @Hyperparameter(range = "[0, inf)", what = "decay per step", source = "the user's choice")
        double decay) implements Direction {
    public DecayOverTime {
        Hyperparameters.check(DecayOverTime.class, decay);
    }

    public DecayOverTime withDecay(double decay) {
        return new DecayOverTime(decay);
    }

    @Override
    public Expr update(Step s) {
        Expr past = s.t().minus(1);
        return s.direction().div(Expr.ONE.plus(past.times(s.hyper("decay", decay))));
    }
}
