package dev.gradus.rules;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Replaces the direction by its exponential moving average, corrected for its start at zero.
///
/// ```
/// m_t = β m_{t−1} + (1 − β) u_t,   m̂_t = m_t / (1 − βᵗ)
/// ```
/// State: `exp_avg`, of the parameter's shape.
public record Ema(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average", source = "Kingma & Ba 2015") double beta)
        implements Direction {
    public Ema {
        Hyperparameters.check(Ema.class, beta);
    }

    public Ema() {
        this(0.9);
    }

    @Override
    public Expr update(Step s) {
        Expr beta = s.hyper("beta", this.beta);
        Expr m = s.state("exp_avg").becomes(old -> ema(beta, old, s.direction()));
        return unbias(m, beta, s.t());
    }
}
