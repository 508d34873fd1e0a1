package dev.gradus.rules.control;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Multiplies the direction with a factor, which may follow a schedule.
///
/// ```
/// θₜ = θₜ₋₁ − η·factor·gₜ
/// ```
public record Scale(
        @Hyperparameter(range = "(-inf, inf)", what = "factor of the direction", source = "the user's choice")
        double factor)
        implements Direction {
    public Scale {
        Hyperparameters.check(Scale.class, factor);
    }

    public Scale withFactor(double factor) {
        return new Scale(factor);
    }

    @Override
    public Expr update(Step s) {
        return s.direction().times(s.hyper("factor", factor));
    }
}
