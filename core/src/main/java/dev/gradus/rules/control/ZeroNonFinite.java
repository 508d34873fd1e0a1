package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Replaces elements of the direction that are NaN or infinite by 0; the rest of the step is as usual.
/// [SkipNonFinite] skips the whole step.
///
/// ```
/// uₜ = gₜ if |gₜ| < ∞, else 0
/// θₜ = θₜ₋₁ − η·uₜ
/// ```
public record ZeroNonFinite() implements Direction {
    @Override
    public Expr update(Step s) {
        return where(isFinite(s.direction()), s.direction(), Expr.ZERO);
    }
}
