package dev.gradus.rules.control;

import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Makes the learning rate part of the direction, `η u`, for the links that follow: a [Momentum] behind it
/// keeps steps as they were taken, so that a change of the learning rate reaches it gradually. LARS and optax's
/// RMSprop do so. Weight decay behind it does not depend on the learning rate.
///
/// ```
/// θₜ = θₜ₋₁ − η·gₜ
/// ```
public record ScaleByLearningRate() implements Rule {
    @Override
    public Step apply(Step s) {
        return s.scaledDirection(s.learningRate().times(s.direction()));
    }
}
