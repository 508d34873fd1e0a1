package dev.gradus.rules.decay;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Weight decay as a proximal step after the rule's own: `θ ← θ / (1 + η λ)`. Of first order in η it is
/// [DecayWeights] behind the rule; it never changes a sign. The authors' Adan and AdamW by Zhuang et al. have
/// it.
///
/// ```
/// θₜ = (θₜ₋₁ − η·gₜ) / (1 + η·λ)
/// ```
///
/// Reference: Z. Zhuang et al., "Understanding AdamW through Proximal Methods and Scale-Freeness", TMLR 2022,
/// arXiv:2202.00089.
public record DecayProximally(
        @Hyperparameter(range = "[0, inf)", what = "weight decay", source = "Xie et al. 2024")
        double weightDecay) implements Rule {
    public DecayProximally {
        Hyperparameters.check(DecayProximally.class, weightDecay);
    }

    public DecayProximally() {
        this(0.02);
    }

    public DecayProximally withWeightDecay(double weightDecay) {
        return new DecayProximally(weightDecay);
    }

    @Override
    public Step apply(Step s) {
        Step done = s.descend();
        Expr decay = s.learningRate().times(s.hyper("weight_decay", weightDecay));
        return done.theta(done.theta().div(Expr.ONE.plus(decay)));
    }
}
