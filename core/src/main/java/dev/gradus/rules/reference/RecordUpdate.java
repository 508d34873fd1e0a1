package dev.gradus.rules.reference;

import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Keeps what the links so far have subtracted from the parameter in this step, as the notebook's optimizers do.
///
/// ```
/// updateₜ = η·gₜ
/// θₜ = θₜ₋₁ − updateₜ
/// ```
///
/// State: `update`, of the parameter's shape.
public record RecordUpdate() implements Rule {
    @Override
    public Step apply(Step s) {
        Step done = s.descend();
        s.state("update").write(old -> done.subtracted());
        return done;
    }
}
