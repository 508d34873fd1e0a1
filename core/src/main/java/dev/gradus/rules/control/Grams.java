package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.abs;

import dev.gradus.expr.Formulas;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;

/// Gradient descent with adaptive momentum scaling: the magnitude of a rule's direction with the sign of the
/// gradient, `u ← |u| sign(g)`.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·|m̂ₜ / (√v̂ₜ + ε)|·sign(gₜ)
/// ```
///
/// Reference: Y. Cao et al., "Grams: Gradient Descent with Adaptive Momentum Scaling", 2024, arXiv:2412.17107.
///
/// @param rule whose magnitude is taken
public record Grams(Rule rule) implements Wrapper {
    @Override
    public Step apply(Step s) {
        Step done = s.directedBy(rule);
        return done.direction(abs(done.direction()).times(Formulas.sign(s.direction())));
    }
}
