package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Axes;

/// Adam-mini: Adam whose second moment is one number per block of a parameter, the mean over the block.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·mean_row(gₜ²)
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// ```
/// States: `exp_avg`, of the parameter's shape, and `vmean`, one number per block. ε stands outside of the corrected
/// root. What the blocks are decides whether training is stable. The paper's partition of a transformer has values,
/// projections and MLPs by output neuron, embeddings and the output layer by token: both are [Blocks#ROW]. Queries and
/// keys are by head: [Blocks#ROW] of a parameter given in the shape [heads, size of a head, inputs]. All else is
/// [Blocks#TENSOR]. The official code's first versions had [Blocks#TENSOR] for values, projections and MLPs, too, and
/// plain Adam for embeddings and the output layer; later ones have plain Adam for biases. [Partition] chooses by name.
///
/// Reference: Y. Zhang et al., "Adam-mini: Use Fewer Learning Rates To Gain More", ICLR 2025, arXiv:2406.16793.
///
/// @param blocks what has one number
public record AdamMini(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "Zhang et al. 2024")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Zhang et al. 2024")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "Zhang et al. 2024")
        double eps,

        Blocks blocks)
        implements Adaptive {
    /// What has one number of the second moment.
    public enum Blocks {
        /// A slice along the outermost axis, the weights of an output neuron; a vector as a whole.
        ROW,
        /// The whole parameter.
        TENSOR
    }

    public AdamMini {
        Hyperparameters.check(AdamMini.class, beta1, beta2, eps);
    }

    public AdamMini() {
        this(0.9, 0.999, 1e-8, Blocks.ROW);
    }

    public AdamMini withBeta1(double beta1) {
        return new AdamMini(beta1, beta2, eps, blocks);
    }

    public AdamMini withBeta2(double beta2) {
        return new AdamMini(beta1, beta2, eps, blocks);
    }

    public AdamMini withEps(double eps) {
        return new AdamMini(beta1, beta2, eps, blocks);
    }

    public AdamMini withBlocks(Blocks blocks) {
        return new AdamMini(beta1, beta2, eps, blocks);
    }

    @Override
    public Moments moments(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr g = s.direction();
        Axes of = blocks == Blocks.ROW ? s.units() : Axes.HOST;
        StateRef perBlock = of.isHost()
                ? s.scalar("vmean", Expr.ZERO).symbol("v")
                : s.state("vmean", of).symbol("v").nonNegative();

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr v = perBlock.becomes(old -> ema(b2, old, mean(square(g), of)));

        return Moments.of(
                g,
                m,
                v,
                b1,
                b2,
                s.t(),
                d -> EpsPlacement.CORRECTED.with(s.hyper("eps", eps)).divide(d));
    }
}
