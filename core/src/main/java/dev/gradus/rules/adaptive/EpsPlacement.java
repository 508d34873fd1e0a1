package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.correction;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;

/// Where ε stands in the quotient of two moments.
public enum EpsPlacement {
    /// `m̂ / (√v̂ + ε)`: Kingma & Ba 2015 (Algorithm 1), torch's Adam and optax.
    CORRECTED,
    /// `√(1 − β₂ᵗ) · m̂ / (√v + ε)`: Kingma & Ba 2015 (section 2, where it is ε̂), torch's RAdam, labml's
    /// default. As large as ε / √(1 − β₂ᵗ) in the other place: 31.6 ε at the first step with β₂ = 0.999.
    UNCORRECTED;

    /// The quotient of the moments, with ε in this place.
    public Denominator with(Expr eps) {
        return switch (this) {
            case CORRECTED -> moments -> moments.mHat().div(sqrt(moments.vHat()).plus(eps));
            case UNCORRECTED ->
                moments -> moments.mHat()
                        .div(sqrt(moments.v()).plus(eps))
                        .times(sqrt(correction(moments.beta2(), moments.t())));
        };
    }
}
