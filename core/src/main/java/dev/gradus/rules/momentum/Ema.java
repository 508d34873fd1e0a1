package dev.gradus.rules.momentum;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Replaces the direction by its exponential moving average, corrected for its start at zero unless asked
/// otherwise.
///
/// ```
/// mₜ = β·mₜ₋₁ + (1 − β)·gₜ
/// m̂ₜ = mₜ / (1 − βᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ
/// ```
/// State: `exp_avg`, of the parameter's shape.
public record Ema(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average", source = "Kingma & Ba 2015")
        double beta,

        Start start)
        implements Direction {
    /// What is done about the start at zero, which makes the first averages too small.
    public enum Start {
        /// m̂: it is corrected, as Adam does.
        CORRECTED,
        /// m: it stays, so that the first steps are short; optax's Adafactor with momentum.
        KEPT
    }

    public Ema {
        Hyperparameters.check(Ema.class, beta);
    }

    public Ema() {
        this(0.9);
    }

    public Ema(double beta) {
        this(beta, Start.CORRECTED);
    }

    public Ema withBeta(double beta) {
        return new Ema(beta, start);
    }

    public Ema withStart(Start start) {
        return new Ema(beta, start);
    }

    @Override
    public Expr update(Step s) {
        Expr beta = s.hyper("beta", this.beta);
        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(beta, old, s.direction()));
        return start == Start.CORRECTED ? unbias(m, beta, s.t()) : m;
    }
}
