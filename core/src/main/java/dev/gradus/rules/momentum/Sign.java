package dev.gradus.rules.momentum;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Formulas;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// The sign of each element: −1, ±0 or 1. By itself it makes signSGD, after [Ema] Signum.
///
/// ```
/// θₜ = θₜ₋₁ − η·sign(gₜ)
/// ```
///
/// Reference: J. Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018,
/// arXiv:1802.04434.
public record Sign() implements Direction {
    @Override
    public Expr update(Step s) {
        return Formulas.sign(s.direction());
    }
}
