package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.max;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Step;

/// AMSGrad: divides by the largest second moment seen so far, so that steps never grow because gradients shrank.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// v̄ₜ = max(v̄ₜ₋₁, vₜ)
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̄̂ₜ = v̄ₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̄̂ₜ + ε)
/// ```
///
/// State: `max_exp_avg_sq`, of the parameter's shape, beside those of the rule within. The paper has no bias
/// correction; torch and labml take the maximum before it, optax after it, and the two differ from the second step
/// on.
///
/// Reference: S. J. Reddi, S. Kale, S. Kumar, "On the Convergence of Adam and Beyond", ICLR 2018, arXiv:1904.09237.
///
/// @param rule whose second moment is bounded from below
public record AmsGrad(Adaptive rule, Maximum maximum) implements AdaptiveWrapper {
    /// Which second moment the maximum is taken of.
    public enum Maximum {
        /// As it is stored: torch, labml.
        RAW,
        /// Corrected for its start at zero: optax.
        CORRECTED
    }

    public AmsGrad(Adaptive rule) {
        this(rule, Maximum.RAW);
    }

    public AmsGrad withMaximum(Maximum maximum) {
        return new AmsGrad(rule, maximum);
    }

    @Override
    public String name() {
        return "amsgrad";
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr v = maximum == Maximum.RAW ? moments.v() : moments.vHat();
        Expr largest = s.state("max_exp_avg_sq").symbol("v_bar").nonNegative().becomes(old -> max(old, v));
        return maximum == Maximum.RAW ? moments.withV(largest) : moments.withVHat(largest);
    }
}
