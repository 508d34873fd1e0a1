package dev.gradus.rules.control;

import dev.gradus.expr.Condition;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Skips a step in which a gradient has an element that is NaN or infinite: no value, state or clock changes. To
/// be put first in a chain. After `limit` such steps in a row the next one is not skipped, so that the trouble
/// shows.
///
/// ```
/// only if |max(max_global(|gₜ|), 0)| < ∞ or skipped_in_a_rowₜ₋₁ ≥ limit
/// skipped_in_a_rowₜ = 0 if |max(max_global(|gₜ|), 0)| < ∞ or skipped_in_a_rowₜ₋₁ ≥ limit, else
///     skipped_in_a_rowₜ₋₁ + 1
/// skippedₜ = skippedₜ₋₁ if |max(max_global(|gₜ|), 0)| < ∞ or skipped_in_a_rowₜ₋₁ ≥ limit, else skippedₜ₋₁ + 1
/// θₜ = θₜ₋₁ − η·gₜ
/// ```
///
/// States: `skipped` and `skipped_in_a_row`, the numbers of skipped steps, in all and since the last step that
/// was not skipped. As optax's `apply_if_finite`, whose names for them are `total_notfinite` and `notfinite_count`.
///
/// @param scope what is skipped
public record SkipNonFinite(
        Scope scope,

        @Hyperparameter(range = "[0, inf)", what = "most steps to leave out in a row", source = "common practice")
        double limit)
        implements Rule {
    /// What is skipped.
    public enum Scope {
        /// The step of all parameters that the link applies to.
        ALL,
        /// The step of the tensor whose gradient it is.
        TENSOR
    }

    public SkipNonFinite {
        Hyperparameters.check(SkipNonFinite.class, limit);
    }

    public SkipNonFinite() {
        this(Scope.ALL, 10);
    }

    public SkipNonFinite withScope(Scope scope) {
        return new SkipNonFinite(scope, limit);
    }

    public SkipNonFinite withLimit(double limit) {
        return new SkipNonFinite(scope, limit);
    }

    @Override
    public Step apply(Step s) {
        Condition finite = scope == Scope.ALL ? NonFinite.noneInAll(s) : NonFinite.noneInTensor(s);
        SkippedSteps skipped = scope == Scope.ALL ? SkippedSteps.ofAll(s) : SkippedSteps.ofTensor(s);
        return skipped.commitIf(s, finite, s.hyper("limit", limit));
    }
}
