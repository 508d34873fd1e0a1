package dev.gradus.rules.decay;

import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Weight decay that does not depend on the learning rate: θ ← (1 − λ) θ. labml's absolute decay, and what the
/// notebook adds to its updates.
///
/// ```
/// θₜ = θₜ₋₁ − λ·θₜ₋₁ − η·gₜ
/// ```
public record ShrinkWeights(
        @Hyperparameter(range = "[0, 1]", what = "share of the weights that a step removes", source = "labml")
        double weightDecay)
        implements Rule {
    public ShrinkWeights {
        Hyperparameters.check(ShrinkWeights.class, weightDecay);
    }

    public ShrinkWeights withWeightDecay(double weightDecay) {
        return new ShrinkWeights(weightDecay);
    }

    @Override
    public Step apply(Step s) {
        return s.subtract(s.hyper("weight_decay", weightDecay).times(s.thetaBefore()));
    }
}
