package dev.gradus.rules;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor with the mean absolute value of the tensor, E|θ|, or with 1 where that is 0.
/// Part of the notebook's SU_Adam and B_Adam.
public record ScaleByMagnitude(Of of) implements Direction {
    /// Whose magnitude it is.
    public enum Of {
        /// The tensor's mean: the notebook's algorithms and code.
        TENSOR,
        /// Each element's, but at least the tensor's mean: the notebook's prose.
        ELEMENT
    }

    public ScaleByMagnitude() {
        this(Of.TENSOR);
    }

    @Override
    public Expr update(Step s) {
        Expr magnitude = abs(s.theta());
        Expr mean = mean(magnitude);
        Expr scale = of == Of.TENSOR ? mean : max(magnitude, mean);
        return s.direction().times(where(mean.eq(0), Expr.ONE, scale));
    }
}
