package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.rowMean;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Gradient centralisation: subtracts from each row (each slice along the outermost axis, an output channel of
/// a weight) its mean. The gradient itself is not changed.
///
/// ```
/// θₜ = θₜ₋₁ − η·(gₜ − mean_row(gₜ))
/// ```
///
/// A row of one element would become 0, so that a vector would never move: it refuses tensors of rank 0 and 1,
/// and is put under a mask: `new Centralize().onlyFor(rankAtLeast(2))`.
///
/// Reference: H. Yong et al., "Gradient Centralization: A New Optimization Technique for Deep Neural Networks",
/// ECCV 2020, arXiv:2004.01461.
public record Centralize() implements Direction {
    @Override
    public Expr update(Step s) {
        requireRows("centralize", s);
        return s.direction().minus(rowMean(s.direction()));
    }

    /// Refuses a parameter without rows.
    ///
    /// @throws IllegalArgumentException if the parameter has no rows of more than one axis
    public static void requireRows(String link, Step s) {
        if (s.axes().rank() < 2) {
            throw new IllegalArgumentException(link + " works on rows, which parameter " + s.parameterName()
                    + " of shape " + s.shape() + " does not have: mask it with onlyFor(rankAtLeast(2))");
        }
    }
}
