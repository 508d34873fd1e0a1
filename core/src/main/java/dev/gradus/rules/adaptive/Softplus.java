package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.softplus;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Divides by a smooth lower bound of the root instead of adding ε to it: `m̂ / softplus(√v̂)` with
/// `softplus(x) = ln(1 + exp(x · smooth)) / smooth`.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / softplus_smooth(√v̂ₜ)
/// ```
///
/// At a root of 0 the divisor is ln 2 / smooth, so that the step is at most smooth / ln 2 times m̂.
///
/// Reference: Q. Tong, G. Liang, J. Bi, "Calibrating the Adaptive Learning Rate to Improve Convergence of
/// ADAM", Neurocomputing 2022, arXiv:1908.00700. The official code applies it to the uncorrected root of
/// AMSGrad's maximum; this follows the notebook's algorithm.
///
/// @param rule whose denominator is replaced, with its ε
/// @param linearAbove where x · smooth is larger, softplus(x) is x itself; infinity for the exact function, 20
///     for torch's
public record Softplus(
        Adaptive rule,

        @Hyperparameter(range = "(0, inf)", what = "sharpness of the softplus", source = "Tong et al. 2019")
        double smooth,

        double linearAbove)
        implements AdaptiveWrapper {
    public Softplus {
        Hyperparameters.check(Softplus.class, smooth);
        requireLinearAbove("Softplus", linearAbove);
    }

    public Softplus(Adaptive rule) {
        this(rule, 50, Double.POSITIVE_INFINITY);
    }

    public Softplus withSmooth(double smooth) {
        return new Softplus(rule, smooth, linearAbove);
    }

    public Softplus withLinearAbove(double linearAbove) {
        return new Softplus(rule, smooth, linearAbove);
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr beta = s.hyper("smooth", smooth);
        return moments.with(d -> d.mHat().div(softplus(sqrt(d.vHat()), beta, linearAbove)));
    }

    /// Checks a bound of [dev.gradus.expr.Formulas#softplus] for the compact constructor of a rule.
    ///
    /// @throws IllegalArgumentException unless it is positive or infinite
    public static void requireLinearAbove(String rule, double linearAbove) {
        if (!(linearAbove > 0)) {
            throw new IllegalArgumentException(
                    rule + ": linear_above must be positive or infinite, got " + linearAbove);
        }
    }
}
