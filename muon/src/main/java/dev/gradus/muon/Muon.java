package dev.gradus.muon;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.transform;
import static dev.gradus.rule.Chain.chain;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Size;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.control.Partition;
import dev.gradus.tensor.Axes;

/// Muon: momentum whose matrix is made orthogonal, so that a step is as large in every direction. For the weight
/// matrices of hidden layers; embeddings, the last layer, biases and scales are left to another rule, see
/// [#withAdamW].
///
/// ```
/// m_t = μ m_{t−1} + (1 − μ) g_t
/// θ_t = θ_{t−1} − η s NewtonSchulz(μ m_t + (1 − μ) g_t)
/// ```
/// State: `momentum_buffer`, of the parameter's shape. A tensor of higher rank is the matrix of its rows, the slices
/// along the outermost axis, as the authors flatten the weights of convolutions. As the authors' code and
/// torch.optim.Muon, whose momentum is this average and whose `nesterov` is on; both iterate in bfloat16, this in the
/// arithmetic type.
///
/// Reference: K. Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024; J. Liu et al., "Muon
/// is Scalable for LLM Training", 2025, arXiv:2502.16982, for the second scale.
///
/// @param scale how the step depends on the matrix's size
/// @param iterations of Newton–Schulz, at least 1
public record Muon(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the momentum", source = "Jordan et al. 2024", symbol = "mu")double momentum,

        Scale scale,
        int iterations)
        implements Direction {
    /// How the step depends on the matrix's size.
    public enum Scale {
        /// √max(1, rows / columns): the authors' code.
        ASPECT_RATIO,
        /// 0.2 √max(rows, columns), so that steps are as large as AdamW's, whose learning rate and weight decay then
        /// serve: Liu et al. 2025.
        MATCH_ADAMW
    }

    public Muon {
        Hyperparameters.check(Muon.class, momentum);
        if (iterations < 1) {
            throw new IllegalArgumentException("Muon: iterations must be at least 1, got " + iterations);
        }
    }

    public Muon() {
        this(0.95, Scale.ASPECT_RATIO, 5);
    }

    public Muon withMomentum(double momentum) {
        return new Muon(momentum, scale, iterations);
    }

    public Muon withScale(Scale scale) {
        return new Muon(momentum, scale, iterations);
    }

    public Muon withIterations(int iterations) {
        return new Muon(momentum, scale, iterations);
    }

    /// Muon for the parameters that match, AdamW for all others, with one learning rate and weight decay of 0.1.
    ///
    /// @param hidden the weight matrices of hidden layers
    public static Rule withAdamW(Mask hidden) {
        Rule muon = chain(new Muon().withScale(Scale.MATCH_ADAMW), Rules.decayWeights(0.1));
        return new Partition(hidden, muon, chain(Rules.adam(), Rules.decayWeights(0.1)));
    }

    /// @throws IllegalArgumentException if the parameter is no matrix
    @Override
    public Expr update(Step s) {
        if (s.axes().rank() < 2) {
            throw new IllegalArgumentException("muon works on matrices, which parameter " + s.parameterName()
                    + " of shape " + s.shape() + " is not: give it another rule with partition");
        }
        Expr mu = s.hyper("momentum", momentum);
        Expr m = s.state("momentum_buffer").symbol("b").becomes(old -> ema(mu, old, s.direction()));
        Expr ahead = ema(mu, m, s.direction());
        return transform(new NewtonSchulz(iterations), ahead).times(scaleOf(s));
    }

    private Expr scaleOf(Step s) {
        Expr rows = new Size(new Axes(s.axes().rank(), 1));
        Expr cols = new Size(s.axes()).div(rows);
        return switch (scale) {
            case ASPECT_RATIO -> sqrt(max(rows.div(cols), Expr.ONE));
            case MATCH_ADAMW -> sqrt(max(rows, cols)).times(0.2);
        };
    }
}
