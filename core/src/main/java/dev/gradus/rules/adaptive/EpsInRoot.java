package dev.gradus.rules.adaptive;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adds ε to the second moment where it is divided by, without storing it: labml's AdaBelief, optax's `eps_root`.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√((vₜ + ε_root) / (1 − β₂ᵗ)) + ε)
/// ```
///
/// @param rule whose second moment it is added to
/// @param moment which second moment that is
public record EpsInRoot(
        Adaptive rule,

        @Hyperparameter(range = "[0, inf)", what = "added to the second moment, not stored", source = "labml AdaBelief")
        double epsRoot,

        Moment moment)
        implements AdaptiveWrapper {
    /// Which second moment ε is added to.
    public enum Moment {
        /// As it is stored: labml.
        RAW,
        /// Corrected for its start at zero: optax.
        CORRECTED
    }

    public EpsInRoot {
        Hyperparameters.check(EpsInRoot.class, epsRoot);
    }

    public EpsInRoot(Adaptive rule, double epsRoot) {
        this(rule, epsRoot, Moment.RAW);
    }

    public EpsInRoot withEpsRoot(double epsRoot) {
        return new EpsInRoot(rule, epsRoot, moment);
    }

    public EpsInRoot withMoment(Moment moment) {
        return new EpsInRoot(rule, epsRoot, moment);
    }

    @Override
    public Moments change(Moments moments, Step s) {
        Expr eps = s.hyper("eps_root", epsRoot);
        return switch (moment) {
            case RAW -> moments.withV(moments.v().plus(eps));
            case CORRECTED -> moments.withVHat(moments.vHat().plus(eps));
        };
    }
}
