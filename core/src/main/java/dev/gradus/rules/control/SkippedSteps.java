package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Counts the steps that a link skips, and limits how many it skips in a row: the states `skipped` and
/// `skipped_in_a_row`.
///
/// @param total how many steps were skipped
/// @param inARow how many were skipped since the last one that was made
record SkippedSteps(StateRef total, StateRef inARow) {

    /// Of all parameters that the link applies to, together.
    static SkippedSteps ofAll(Step s) {
        return new SkippedSteps(s.shared("skipped", Expr.ZERO), s.shared("skipped_in_a_row", Expr.ZERO));
    }

    /// Of each tensor alone.
    static SkippedSteps ofTensor(Step s) {
        return new SkippedSteps(s.scalar("skipped", Expr.ZERO), s.scalar("skipped_in_a_row", Expr.ZERO));
    }

    /// Skips the step unless the condition holds, or as many steps in a row as the limit says were skipped before it.
    Step commitIf(Step s, Condition holds, Expr limit) {
        Condition goes = holds.or(inARow.before().ge(limit));
        inARow.survivesSkip().write(old -> where(goes, Expr.ZERO, old.plus(1)));
        total.survivesSkip().write(old -> where(goes, old, old.plus(1)));
        return s.commitIf(goes);
    }
}
