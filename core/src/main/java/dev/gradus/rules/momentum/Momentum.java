package dev.gradus.rules.momentum;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Momentum, as in torch's SGD and optax's `trace`.
///
/// ```
/// bₜ = μ·bₜ₋₁ + gₜ
/// θₜ = θₜ₋₁ − η·bₜ
/// ```
/// State: `momentum_buffer`, of the parameter's shape. Dampening is a link before it: [Dampen].
///
/// Reference: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I.
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
public record Momentum(
        @Hyperparameter(
                range = "[0, 1)",
                what = "share of the last step that is kept",
                source = "common practice",
                symbol = "mu")
        double momentum,

        Form form)
        implements Direction {
    /// What becomes of the buffer.
    public enum Form {
        /// It is the direction: Polyak.
        HEAVY_BALL,
        /// The direction is that of the next step as far as it is known now, `gₜ + μ·bₜ`: Nesterov, in the form of
        /// torch and optax.
        NESTEROV
    }

    public Momentum {
        Hyperparameters.check(Momentum.class, momentum);
    }

    public Momentum() {
        this(0.9);
    }

    public Momentum(double momentum) {
        this(momentum, Form.HEAVY_BALL);
    }

    public Momentum withMomentum(double momentum) {
        return new Momentum(momentum, form);
    }

    public Momentum withForm(Form form) {
        return new Momentum(momentum, form);
    }

    @Override
    public Expr update(Step s) {
        Expr mu = s.hyper("momentum", momentum);
        Expr u = s.direction();
        Expr b = s.state("momentum_buffer")
                .symbol("b")
                .becomes(old -> mu.times(old).plus(u));
        return form == Form.HEAVY_BALL ? b : u.plus(mu.times(b));
    }
}
