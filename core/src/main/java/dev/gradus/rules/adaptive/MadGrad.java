package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.cbrt;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// MADGRAD: AdaGrad by dual averaging with a cube root, and momentum. Steps start from θ₀ each time, with the sum of
/// all gradients; later gradients weigh more.
///
/// ```
/// λₜ = η·√t
/// sₜ = sₜ₋₁ + λₜ·gₜ
/// vₜ = vₜ₋₁ + λₜ·gₜ²
/// zₜ = θ₀ − sₜ / (∛vₜ + ε)
/// θₜ = μ·θₜ₋₁ + (1 − μ)·zₜ
/// ```
/// States: `grad_sum_sq` (v), `s` and `x0` (θ₀), each of the parameter's shape. ε stands beside the root. η is part of
/// the sums: what it was in a step stays in them. As the paper's Algorithm 1; the official code adds ε to η, too, and
/// allows ε = 0, where an element that has had no gradient stays. The paper's c is 1 − μ, constant as in the code.
/// Weight decay before it is part of the gradient, as in the official code; [ShrinkWeights] may stand after it.
///
/// Reference: A. Defazio, S. Jelassi, "Adaptivity without Compromise: A Momentumized, Adaptive, Dual Averaged Gradient
/// Method for Stochastic Optimization", JMLR 2022, arXiv:2101.11075.
public record MadGrad(
        @Hyperparameter(
                range = "[0, 1)",
                what = "share of the parameter before the step",
                source = "facebookresearch/madgrad",
                symbol = "mu")
        double momentum,

        @Hyperparameter(range = "(0, inf)", what = "added to the cube root", source = "facebookresearch/madgrad")
        double eps)
        implements Rule {
    public MadGrad {
        Hyperparameters.check(MadGrad.class, momentum, eps);
    }

    public MadGrad() {
        this(0.9, 1e-6);
    }

    public MadGrad withMomentum(double momentum) {
        return new MadGrad(momentum, eps);
    }

    public MadGrad withEps(double eps) {
        return new MadGrad(momentum, eps);
    }

    @Override
    public String name() {
        return "madgrad";
    }

    @Override
    public Step apply(Step s) {
        Expr g = s.direction();
        Expr lambda = s.learningRate().times(sqrt(s.t())).named("lambda");

        Expr sum = s.state("s").becomes(old -> old.plus(lambda.times(g)));
        Expr v = s.state("grad_sum_sq").symbol("v").nonNegative().becomes(old -> old.plus(lambda.times(square(g))));
        Expr initial =
                s.state("x0", s.initialTheta()).symbol("theta_0").weights().before();

        Expr z = initial.minus(sum.div(cbrt(v).plus(s.hyper("eps", eps)))).named("z");
        return s.descend().theta(ema(s.hyper("momentum", momentum), s.theta(), z));
    }
}
