package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.sumOfSquares;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Clock;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Axes;

/// The core of NovoGrad: divides the gradient of each tensor by the root of its average squared norm.
///
/// ```
/// vₜ = ‖gₜ‖₂² if t = 1, else β₂·vₜ₋₁ + (1 − β₂)·‖gₜ‖₂²
/// θₜ = θₜ₋₁ − η·gₜ / (√(vₜ + ε_root) + ε)
/// ```
/// State: `exp_avg_sq`, a number per parameter. The paper has no ε_root; optax's is 0 by default, too. Weight decay
/// and momentum are links behind it, in this order: the paper's m_t = β₁ m_{t−1} + (u_t + λ θ) is a [Momentum].
///
/// Reference: B. Ginsburg et al., "Stochastic Gradient Methods with Layer-wise Adaptive Moments for Training of
/// Deep Networks", 2019, arXiv:1905.11286.
public record NovoGrad(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the squared norm", source = "optax 0.2.8")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "optax 0.2.8")
        double eps,

        @Hyperparameter(range = "[0, inf)", what = "added within the root, not stored", source = "optax 0.2.8")
        double epsRoot)
        implements Direction {
    public NovoGrad {
        Hyperparameters.check(NovoGrad.class, beta2, eps, epsRoot);
    }

    public NovoGrad() {
        this(0.25, 1e-6);
    }

    public NovoGrad(double beta2, double eps) {
        this(beta2, eps, 0);
    }

    public NovoGrad withBeta2(double beta2) {
        return new NovoGrad(beta2, eps, epsRoot);
    }

    public NovoGrad withEps(double eps) {
        return new NovoGrad(beta2, eps, epsRoot);
    }

    public NovoGrad withEpsRoot(double epsRoot) {
        return new NovoGrad(beta2, eps, epsRoot);
    }

    @Override
    public String name() {
        return "novograd";
    }

    @Override
    public Expr update(Step s) {
        Expr b2 = s.hyper("beta2", beta2);
        Expr g = s.direction();
        Expr squared = sumOfSquares(g, Axes.HOST);
        Expr v = s.scalar("exp_avg_sq", Expr.ZERO)
                .symbol("v")
                .becomes(old -> where(s.t(Clock.OWN).eq(1), squared, ema(b2, old, squared)));
        return g.div(sqrt(v.plus(s.hyper("eps_root", epsRoot))).plus(s.hyper("eps", eps)));
    }
}
