package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Adadelta: steps as long as the steps before, by the ratio of the gradient to the gradients before; the
/// learning rate is 1, or a schedule around it.
///
/// ```
/// vₜ = ρ·vₜ₋₁ + (1 − ρ)·gₜ²
/// uₜ = (√(xₜ₋₁ + ε) / √(vₜ + ε))·gₜ
/// xₜ = ρ·xₜ₋₁ + (1 − ρ)·uₜ²
/// θₜ = θₜ₋₁ − η·uₜ
/// ```
/// States: `square_avg` (v) and `acc_delta` (x), each of the parameter's shape. The paper has no η; x averages
/// u without it, as in torch and optax.
///
/// Reference: M. D. Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012, arXiv:1212.5701.
public record Adadelta(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of both averages", source = "torch 2.13")
        double rho,

        @Hyperparameter(range = "(0, inf)", what = "added to both averages", source = "Zeiler 2012")
        double eps)
        implements Direction {
    public Adadelta {
        Hyperparameters.check(Adadelta.class, rho, eps);
    }

    public Adadelta() {
        this(0.9, 1e-6);
    }

    public Adadelta withRho(double rho) {
        return new Adadelta(rho, eps);
    }

    public Adadelta withEps(double eps) {
        return new Adadelta(rho, eps);
    }

    @Override
    public Expr update(Step s) {
        Expr rho = s.hyper("rho", this.rho);
        Expr eps = s.hyper("eps", this.eps);
        Expr g = s.direction();
        StateRef steps = s.state("acc_delta").symbol("x").nonNegative();

        Expr v = s.state("square_avg").symbol("v").nonNegative().becomes(old -> ema(rho, old, square(g)));
        Expr u = sqrt(steps.before().plus(eps)).div(sqrt(v.plus(eps))).times(g).named("u");
        steps.write(old -> ema(rho, old, square(u)));
        return u;
    }
}
