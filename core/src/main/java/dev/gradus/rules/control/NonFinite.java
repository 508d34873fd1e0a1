package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.maximum;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Step;

/// Whether directions have elements that are NaN or infinite; a tensor without elements has none.
final class NonFinite {
    private NonFinite() {}

    /// Whether all elements of this tensor's direction are finite.
    static Condition noneInTensor(Step s) {
        return isFinite(max(maximum(abs(s.direction())), Expr.ZERO));
    }

    /// Whether those of all parameters of the link are.
    static Condition noneInAll(Step s) {
        return isFinite(max(s.totalMaximum(abs(s.direction())), Expr.ZERO));
    }
}
