package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// The notebook's Duv_Adam: divides by how far the gradient is, relatively, from its average.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// uₜ = gₜ / mₜ₋₁
/// rₜ = uₜ if |uₜ| < ∞, else 1
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·(rₜ − 1)²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + 1)
/// ```
/// States: `exp_avg` and `exp_avg_sq`, each of the parameter's shape. The notebook's algorithm sets r to 1 only
/// where m is exactly 0; where it is so small that the quotient overflows, that element would never move again. Its
/// code does not run.
public record DuvAdam(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "the notebook")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "the notebook")
        double beta2)
        implements Direction {
    public DuvAdam {
        Hyperparameters.check(DuvAdam.class, beta1, beta2);
    }

    public DuvAdam() {
        this(0.9, 0.999);
    }

    public DuvAdam withBeta1(double beta1) {
        return new DuvAdam(beta1, beta2);
    }

    public DuvAdam withBeta2(double beta2) {
        return new DuvAdam(beta1, beta2);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr t = s.t();
        Expr g = s.direction();

        Expr quotient = g.div(s.state("exp_avg").symbol("m").before());
        Expr r = where(isFinite(quotient), quotient, Expr.ONE).named("r");
        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, g));
        Expr v = s.state("exp_avg_sq").symbol("v").nonNegative().becomes(old -> ema(b2, old, square(r.minus(1))));

        return unbias(m, b1, t).div(sqrt(unbias(v, b2, t)).plus(1));
    }
}
