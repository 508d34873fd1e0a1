package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Step;

/// Nesterov's look ahead for a rule with moments: the first moment of the next step as far as it is known now.
///
/// Around Adam:
///
/// ```
/// g̃ₜ = (1 − β₁)·gₜ
/// mₜ = β₁·mₜ₋₁ + g̃ₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// g̃̂ₜ = g̃ₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·(β₁·mₜ / (1 − β₁ᵗ⁺¹) + g̃̂ₜ) / (√v̂ₜ + ε)
/// ```
/// As in optax (`nesterov=True`); torch's NAdam has a momentum schedule besides.
///
/// Reference: T. Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
public record Nesterov(Adaptive rule) implements AdaptiveWrapper {
    @Override
    public Moments change(Moments moments, Step s) {
        Expr b1 = moments.beta1();
        Expr t = moments.t();
        Expr next = b1.times(unbias(moments.m(), b1, t.plus(1)));
        Expr now = Expr.ONE.minus(b1).times(moments.g()).div(correction(b1, t));
        return moments.withMHat(next.plus(now));
    }
}
