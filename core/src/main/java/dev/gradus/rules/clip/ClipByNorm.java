package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.scaleDownTo;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor down to a norm, where its own is larger; [ClipByGlobalNorm] does so with all
/// tensors together. A norm that is NaN makes the tensor's direction NaN, and a limit of ∞ leaves it as it is.
///
/// ```
/// rₜ = 1 if ‖gₜ‖₂ ≤ max_norm, else max_norm / ‖gₜ‖₂
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
public record ClipByNorm(
        @Hyperparameter(range = "(0, inf]", what = "largest norm of a tensor", source = "common practice")
        double maxNorm,

        Norm norm)
        implements Direction {
    public ClipByNorm {
        Hyperparameters.check(ClipByNorm.class, maxNorm);
    }

    public ClipByNorm() {
        this(1);
    }

    public ClipByNorm(double maxNorm) {
        this(maxNorm, Norm.L2);
    }

    public ClipByNorm withMaxNorm(double maxNorm) {
        return new ClipByNorm(maxNorm, norm);
    }

    public ClipByNorm withNorm(Norm norm) {
        return new ClipByNorm(maxNorm, norm);
    }

    @Override
    public Expr update(Step s) {
        return s.direction().times(scaleDownTo(s.hyper("max_norm", maxNorm), norm.ofTensor(s)));
    }
}
