package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.unlessZero;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor to the length of the tensor itself: `u · ‖θ‖₂ / ‖u‖₂`, or `u` where
/// either norm is 0. After Adam and weight decay it makes LAMB; before an average, the notebook's Pre_LAMB.
///
/// ```
/// rₜ = 1 if ‖θₜ₋₁‖₂ = 0 or ‖gₜ‖₂ = 0, else ‖θₜ₋₁‖₂ / ‖gₜ‖₂
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
///
/// The ratio is 1 at zero norms as in optax; the notebook's code divides 0 by 0 there.
///
/// Reference: Y. You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", ICLR
/// 2020, arXiv:1904.00962.
public record TrustRatio() implements Direction {
    @Override
    public Expr update(Step s) {
        Expr p = norm(s.theta());
        Expr n = norm(s.direction());
        return s.direction().times(unlessZero(p, n, p.div(n)));
    }
}
