package dev.gradus.rules.control;

import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Applies the direction: θ ← θ − η u. It stands in a chain only where links follow that look at the parameter
/// after the step; elsewhere it is appended by itself.
///
/// ```
/// θₜ = θₜ₋₁ − η·gₜ
/// ```
public record Descend() implements Rule {
    @Override
    public Step apply(Step s) {
        return s.descend();
    }
}
