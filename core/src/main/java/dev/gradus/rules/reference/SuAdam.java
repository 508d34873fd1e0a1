package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// The core of the notebook's SU_Adam: averages the gradient's sign and divides by how much it changes.
///
/// ```
/// m_unitₜ = β₁·m_unitₜ₋₁ + (1 − β₁)·sign(gₜ)
/// rₜ = 1 if m_unitₜ₋₁ = 0, else sign(gₜ) / m_unitₜ₋₁
/// m_ratioₜ = β₂·m_ratioₜ₋₁ + (1 − β₂)·|rₜ − 1|
/// m̂_unitₜ = m_unitₜ / (1 − β₁ᵗ)
/// m̂_ratioₜ = m_ratioₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂_unitₜ / (m̂_ratioₜ + 1)
/// ```
/// States: `exp_avg_unit` and `exp_avg_ratio`, each of the parameter's shape. The notebook scales the result with
/// the tensor's magnitude, which is a link of its own: [ScaleByMagnitude].
public record SuAdam(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average sign", source = "the notebook")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of its relative change", source = "the notebook")
        double beta2)
        implements Direction {
    public SuAdam {
        Hyperparameters.check(SuAdam.class, beta1, beta2);
    }

    public SuAdam() {
        this(0.9, 0.99);
    }

    public SuAdam withBeta1(double beta1) {
        return new SuAdam(beta1, beta2);
    }

    public SuAdam withBeta2(double beta2) {
        return new SuAdam(beta1, beta2);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr t = s.t();
        Expr unit = sign(s.direction());

        Expr before = s.state("exp_avg_unit").symbol("m_unit").before();
        Expr r = where(before.eq(0), Expr.ONE, unit.div(before)).named("r");
        Expr m = s.state("exp_avg_unit").symbol("m_unit").becomes(old -> ema(b1, old, unit));
        Expr v = s.state("exp_avg_ratio").symbol("m_ratio").nonNegative().becomes(old -> ema(b2, old, abs(r.minus(1))));

        return unbias(m, b1, t).div(unbias(v, b2, t).plus(1));
    }
}
