package dev.gradus.rules.factored;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.mean;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Axes;
import java.util.function.UnaryOperator;

/// An average of squares that is stored as its means R and C along two axes, and estimated as R C / mean(R).
///
/// @param first the axis that the rows R are reduced over
/// @param second the axis that the columns C are reduced over
/// @param name the names of the states R and C after `row_` and `col_`
/// @param mark the mark of their symbols, or nothing
record FactoredMoment(int first, int second, String name, String mark) {

    /// Updates the states with the squares of this step and returns the estimate.
    ///
    /// @param floor keeps the divisor, the rows' mean, away from 0
    Expr update(Step s, Expr beta, Expr squared, UnaryOperator<Expr> floor) {
        Axes row = s.axes().without(first);
        Axes column = s.axes().without(second);
        Expr r = s.state("row_" + name, row)
                .symbol("R" + mark)
                .nonNegative()
                .becomes(old -> ema(beta, old, mean(squared, row)));
        Expr c = s.state("col_" + name, column)
                .symbol("C" + mark)
                .nonNegative()
                .becomes(old -> ema(beta, old, mean(squared, column)));
        return r.div(floor.apply(mean(r, row.without(second)))).times(c);
    }
}
