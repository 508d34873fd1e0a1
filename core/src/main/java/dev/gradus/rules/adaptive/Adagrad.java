package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adagrad: divides by the root of the sum of all squared gradients, so that steps of an element shorten the
/// more it has moved.
///
/// ```
/// G₀ = initial_accumulator
/// Gₜ = Gₜ₋₁ + gₜ²
/// θₜ = θₜ₋₁ − η·gₜ / (√Gₜ + ε)
/// ```
/// State: `sum`, of the parameter's shape. ε stands outside of the root and the sum starts at 0, as in torch;
/// in optax ε = 1e-7 is within the root and the sum starts at 0.1. torch's `lr_decay` is a link behind it:
/// [DecayOverTime].
///
/// Reference: J. Duchi, E. Hazan, Y. Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic
/// Optimization", JMLR 12, 2011.
public record Adagrad(
        @Hyperparameter(range = "[0, inf)", what = "where the sum of squares starts", source = "torch 2.13")
        double initialAccumulator,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "torch 2.13")
        double eps,

        RootEps placement)
        implements Direction {
    public Adagrad {
        Hyperparameters.check(Adagrad.class, initialAccumulator, eps);
    }

    public Adagrad() {
        this(0, 1e-10, RootEps.OUTSIDE);
    }

    public Adagrad withInitialAccumulator(double initialAccumulator) {
        return new Adagrad(initialAccumulator, eps, placement);
    }

    public Adagrad withEps(double eps) {
        return new Adagrad(initialAccumulator, eps, placement);
    }

    public Adagrad withPlacement(RootEps placement) {
        return new Adagrad(initialAccumulator, eps, placement);
    }

    @Override
    public Expr update(Step s) {
        Expr g = s.direction();
        Expr sum = s.state("sum", s.hyper("initial_accumulator", initialAccumulator))
                .symbol("G")
                .nonNegative()
                .becomes(old -> old.plus(square(g)));
        return g.div(placement.root(sum, s.hyper("eps", eps)));
    }
}
