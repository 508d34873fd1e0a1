package dev.gradus.rules.project;

import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.unlessZero;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.layerwise.Centralize;

/// After the step, gives each row the norm that it had at the start; after Adam it makes the notebook's Adam_AWD. A
/// row whose norm is or was 0 is left as it is.
///
/// ```
/// n₀ = ‖θ₀‖_row
/// θ̃ₜ = θₜ₋₁ − η·gₜ
/// qₜ = 1 if n₀ = 0 or ‖θ̃ₜ‖_row = 0, else n₀ / ‖θ̃ₜ‖_row
/// θₜ = qₜ·θ̃ₜ
/// ```
///
/// State: `norm0`, one number per row.
public record RenormalizeRows() implements Rule {
    @Override
    public Step apply(Step s) {
        Centralize.requireRows("renormalizeRows", s);
        Step done = s.descend();
        Expr initial = s.state("norm0", rowNorm(s.initialTheta()))
                .symbol("n_0")
                .weights()
                .before();
        Expr current = rowNorm(done.theta());
        Expr factor = unlessZero(initial, current, initial.div(current));
        return done.theta(done.theta().times(factor));
    }
}
