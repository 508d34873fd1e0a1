package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.clip;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Limits each element of the direction to `[−maxValue, maxValue]`: torch's `clip_grad_value_`, optax's `clip`. NaN
/// stays NaN.
///
/// ```
/// θₜ = θₜ₋₁ − η·clip(gₜ, −max_value, max_value)
/// ```
public record ClipByValue(
        @Hyperparameter(range = "(0, inf)", what = "largest magnitude of an element", source = "common practice")
        double maxValue)
        implements Direction {
    public ClipByValue {
        Hyperparameters.check(ClipByValue.class, maxValue);
    }

    public ClipByValue() {
        this(1);
    }

    public ClipByValue withMaxValue(double maxValue) {
        return new ClipByValue(maxValue);
    }

    @Override
    public Expr update(Step s) {
        return clip(s.direction(), s.hyper("max_value", maxValue));
    }
}
