package dev.gradus.rules.project;

import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.scaleToUnit;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// After the step, gives the weights of each unit the norm 1; weights of norm 0 stay. A unit is a row of a tensor (a
/// slice along the outermost axis, an output channel), or a whole vector. [RenormalizeRows] keeps the norm of the
/// start instead.
///
/// ```
/// θ̃ₜ = θₜ₋₁ − η·gₜ
/// qₜ = 1 if ‖θ̃ₜ‖_row = 0, else 1 / ‖θ̃ₜ‖_row
/// θₜ = qₜ·θ̃ₜ
/// ```
public record ProjectUnitNorm() implements Rule {
    @Override
    public Step apply(Step s) {
        Step done = s.descend();
        Expr n = norm(done.theta(), s.units());
        return done.theta(done.theta().times(scaleToUnit(n)));
    }
}
