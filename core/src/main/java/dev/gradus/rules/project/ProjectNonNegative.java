package dev.gradus.rules.project;

import static dev.gradus.expr.Formulas.max;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// After the step, replaces negative weights by 0. NaN stays NaN.
///
/// ```
/// θₜ = max(θₜ₋₁ − η·gₜ, 0)
/// ```
public record ProjectNonNegative() implements Rule {
    @Override
    public Step apply(Step s) {
        Step done = s.descend();
        return done.theta(max(done.theta(), Expr.ZERO));
    }
}
