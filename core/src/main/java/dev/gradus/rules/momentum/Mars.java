package dev.gradus.rules.momentum;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// MARS's correction of the gradient by how it has changed, which lowers the variance of averages of it.
///
/// ```
/// qₜ = gₜ
/// θₜ = θₜ₋₁ − η·(gₜ + γ·(β₁ / (1 − β₁))·(gₜ − qₜ₋₁))
/// ```
/// State: `last_grad`, of the parameter's shape, zero at first as in the official code. The approximate version: q
/// is the gradient as it was, where the paper's exact version takes it again at θₜ₋₁ with the data of step t. The
/// corrected gradient is then clipped to a norm of 1 per tensor ([ClipByNorm]) and given to [Adam] with the same β₁ and
/// decoupled weight decay (MARS-AdamW), or to others. The official code uses it for matrices only, with AdamW for the
/// rest: `partition(rank=2, mars(), adamw())`; the paper has β₂ = 0.99.
///
/// Reference: H. Yuan et al., "MARS: Unleashing the Power of Variance Reduction for Training Large Models", ICML 2025,
/// arXiv:2411.10438.
public record Mars(
        @Hyperparameter(range = "[0, 1)", what = "that of the average that follows", source = "Yuan et al. 2024")
        double beta1,

        @Hyperparameter(range = "[0, inf)", what = "scale of the correction", source = "Yuan et al. 2024")
        double gamma)
        implements Direction {
    public Mars {
        Hyperparameters.check(Mars.class, beta1, gamma);
    }

    public Mars() {
        this(0.95, 0.025);
    }

    public Mars withBeta1(double beta1) {
        return new Mars(beta1, gamma);
    }

    public Mars withGamma(double gamma) {
        return new Mars(beta1, gamma);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr g = s.direction();
        StateRef last = s.state("last_grad").symbol("q");
        Expr change = g.minus(last.before());
        last.write(old -> g);
        return g.plus(s.hyper("gamma", gamma).times(b1.div(Expr.ONE.minus(b1))).times(change));
    }
}
