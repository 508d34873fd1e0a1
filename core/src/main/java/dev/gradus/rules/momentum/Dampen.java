package dev.gradus.rules.momentum;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Dampening, before [Momentum]: multiplies the direction with `1 − τ`, but not in the first step. Together
/// they are torch's SGD with `dampening`, whose buffer begins with the whole gradient. No states.
///
/// ```
/// rₜ = 1 if t = 1, else 1 − τ
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
public record Dampen(
        @Hyperparameter(
                range = "[0, 1]",
                what = "share of the direction that is left out",
                source = "the user's choice",
                symbol = "tau")
        double dampening)
        implements Direction {
    public Dampen {
        Hyperparameters.check(Dampen.class, dampening);
    }

    public Dampen withDampening(double dampening) {
        return new Dampen(dampening);
    }

    @Override
    public Expr update(Step s) {
        Expr kept = Expr.ONE.minus(s.hyper("dampening", dampening));
        return s.direction().times(where(s.t(Clock.OWN).eq(1), Expr.ONE, kept));
    }
}
