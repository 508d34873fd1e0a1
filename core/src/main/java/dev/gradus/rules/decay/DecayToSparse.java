package dev.gradus.rules.decay;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Formulas;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// L1 weight decay: adds `λ sign(θ)` to the direction, the gradient of `λ ‖θ‖₁`. Its position means what that of
/// [DecayWeights] does.
///
/// ```
/// θₜ = θₜ₋₁ − η·(gₜ + λ·sign(θₜ₋₁))
/// ```
public record DecayToSparse(
        @Hyperparameter(range = "[0, inf)", what = "weight decay", source = "common practice")
        double weightDecay) implements Direction {
    public DecayToSparse {
        Hyperparameters.check(DecayToSparse.class, weightDecay);
    }

    public DecayToSparse() {
        this(1e-5);
    }

    public DecayToSparse withWeightDecay(double weightDecay) {
        return new DecayToSparse(weightDecay);
    }

    @Override
    public Expr update(Step s) {
        return s.direction().plus(s.hyper("weight_decay", weightDecay).times(Formulas.sign(s.theta())));
    }
}
