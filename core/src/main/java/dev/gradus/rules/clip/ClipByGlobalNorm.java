package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.scaleDownTo;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Scales the directions of all parameters of this link, of any group that has an equal one, down to a joint
/// norm, where it is larger.
///
/// ```
/// rₜ = 1 if ‖gₜ‖_global ≤ max_norm, else max_norm / ‖gₜ‖_global
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
/// A norm that is NaN makes all directions NaN. A limit of ∞ leaves them as they are, and [RecordNorm] before this
/// link keeps the norm. Without ε in the divisor, as optax; torch's `clip_grad_norm_` adds 1e-6 there.
///
/// Reference: R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks",
/// ICML 2013, arXiv:1211.5063.
public record ClipByGlobalNorm(
        @Hyperparameter(range = "(0, inf]", what = "largest joint norm", source = "common practice")
        double maxNorm,

        Norm norm)
        implements Direction {
    public ClipByGlobalNorm {
        Hyperparameters.check(ClipByGlobalNorm.class, maxNorm);
    }

    public ClipByGlobalNorm() {
        this(1);
    }

    public ClipByGlobalNorm(double maxNorm) {
        this(maxNorm, Norm.L2);
    }

    public ClipByGlobalNorm withMaxNorm(double maxNorm) {
        return new ClipByGlobalNorm(maxNorm, norm);
    }

    public ClipByGlobalNorm withNorm(Norm norm) {
        return new ClipByGlobalNorm(maxNorm, norm);
    }

    @Override
    public Expr update(Step s) {
        return s.direction().times(scaleDownTo(s.hyper("max_norm", maxNorm), norm.ofAll(s)));
    }
}
