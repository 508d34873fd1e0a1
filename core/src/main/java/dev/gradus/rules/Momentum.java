package dev.gradus.rules;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Heavy-ball momentum: `b_t = μ b_{t−1} + u_t`, as in torch's SGD without dampening.
///
/// State: `momentum_buffer`, of the parameter's shape.
///
/// Reference: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; I.
/// Sutskever et al., "On the importance of initialization and momentum in deep learning", ICML 2013.
public record Momentum(
        @Hyperparameter(range = "[0, 1)", what = "share of the last step that is kept", source = "common practice")
        double momentum)
        implements Direction {
    public Momentum {
        Hyperparameters.check(Momentum.class, momentum);
    }

    public Momentum() {
        this(0.9);
    }

    @Override
    public Expr update(Step s) {
        Expr mu = s.hyper("momentum", momentum);
        return s.state("momentum_buffer").becomes(old -> mu.times(old).plus(s.direction()));
    }
}
