package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.unlessZero;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// The core of LARS: a learning rate per tensor, `c ‖θ‖₂ / (‖u‖₂ + ε)`, or 1 where either norm is 0. No states.
///
/// ```
/// rₜ = 1 if ‖θₜ₋₁‖₂ = 0 or ‖gₜ‖₂ = 0, else coefficient·‖θₜ₋₁‖₂ / (‖gₜ‖₂ + ε)
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
///
/// Weight decay stands before it, a [ScaleByLearningRate] and [Momentum] behind it. As in optax, whose
/// u contains the weight decay; the paper adds the norms of both, `‖g‖₂ + λ ‖θ‖₂`.
///
/// Reference: Y. You, I. Gitman, B. Ginsburg, "Large Batch Training of Convolutional Networks", 2017,
/// arXiv:1708.03888.
public record LayerwiseRate(
        @Hyperparameter(
                range = "(0, inf)",
                what = "length of a step relative to the tensor",
                source = "You et al. 2017")
        double coefficient,

        @Hyperparameter(range = "[0, inf)", what = "added to the direction's norm", source = "optax 0.2.8")
        double eps)
        implements Direction {
    public LayerwiseRate {
        Hyperparameters.check(LayerwiseRate.class, coefficient, eps);
    }

    public LayerwiseRate() {
        this(0.001, 0);
    }

    public LayerwiseRate withCoefficient(double coefficient) {
        return new LayerwiseRate(coefficient, eps);
    }

    public LayerwiseRate withEps(double eps) {
        return new LayerwiseRate(coefficient, eps);
    }

    @Override
    public Expr update(Step s) {
        Expr p = norm(s.theta());
        Expr n = norm(s.direction());
        Expr rate = s.hyper("coefficient", coefficient).times(p).div(n.plus(s.hyper("eps", eps)));
        return s.direction().times(unlessZero(p, n, rate));
    }
}
