package dev.gradus.rules.decay;

import static dev.gradus.expr.Formulas.decayed;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Weight decay: adds `λ θ` to the direction. Its position says what it means: before an adaptive rule it is L2
/// regularisation, after it decoupled decay scaled by the learning rate (AdamW), before a trust ratio LAMB's.
///
/// ```
/// θₜ = θₜ₋₁ − η·(gₜ + λ·θₜ₋₁)
/// ```
///
/// Reference: I. Loshchilov, F. Hutter, "Decoupled Weight Decay Regularization", ICLR 2019, arXiv:1711.05101.
public record DecayWeights(
        @Hyperparameter(range = "[0, inf)", what = "weight decay", source = "torch AdamW")
        double weightDecay) implements Direction {
    public DecayWeights {
        Hyperparameters.check(DecayWeights.class, weightDecay);
    }

    public DecayWeights() {
        this(0.01);
    }

    public DecayWeights withWeightDecay(double weightDecay) {
        return new DecayWeights(weightDecay);
    }

    @Override
    public Expr update(Step s) {
        return decayed(s.direction(), s.hyper("weight_decay", weightDecay), s.theta());
    }
}
