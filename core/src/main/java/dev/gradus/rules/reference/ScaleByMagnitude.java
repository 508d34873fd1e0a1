package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor with the mean absolute value of the tensor, E|θ|. Part of the notebook's
/// SU_Adam and B_Adam.
///
/// ```
/// rₜ = zero_scale if mean(|θₜ₋₁|) = 0, else mean(|θₜ₋₁|)
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
///
/// A tensor of zeros has a scale of its own, 1 by default as LAMB's trust ratio; the notebook scales it with 0,
/// so that it never moves.
public record ScaleByMagnitude(
        Of of,

        @Hyperparameter(range = "[0, inf)", what = "scale of a tensor of zeros", source = "optax LAMB, by analogy")
        double zeroScale)
        implements Direction {
    /// Whose magnitude it is.
    public enum Of {
        /// The tensor's mean: the notebook's algorithms and code.
        TENSOR,
        /// Each element's, but at least the tensor's mean: the notebook's prose.
        ELEMENT
    }

    public ScaleByMagnitude {
        Hyperparameters.check(ScaleByMagnitude.class, zeroScale);
    }

    public ScaleByMagnitude() {
        this(Of.TENSOR, 1);
    }

    public ScaleByMagnitude withOf(Of of) {
        return new ScaleByMagnitude(of, zeroScale);
    }

    public ScaleByMagnitude withZeroScale(double zeroScale) {
        return new ScaleByMagnitude(of, zeroScale);
    }

    @Override
    public Expr update(Step s) {
        Expr magnitude = abs(s.theta());
        Expr mean = mean(magnitude);
        Expr scale = of == Of.TENSOR ? mean : max(magnitude, mean);
        return s.direction().times(where(mean.eq(0), s.hyper("zero_scale", zeroScale), scale));
    }
}
