package dev.gradus.rules.factored;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import java.util.function.UnaryOperator;

/// Averages directions and divides the average by how far they stray from it, so that steps are long where they agree;
/// the second part of CAME, after [FactoredRmsProp] and [ClipByRms].
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// uₜ = (gₜ − mₜ)² + ε_residual
/// R̃ₜ = β₃·R̃ₜ₋₁ + (1 − β₃)·mean_row(uₜ)
/// C̃ₜ = β₃·C̃ₜ₋₁ + (1 − β₃)·mean_col(uₜ)
/// θₜ = θₜ₋₁ − η·mₜ / √((R̃ₜ / mean(R̃ₜ))·C̃ₜ)
/// ```
/// States: `exp_avg`, of the parameter's shape, `row_res` and `col_res`, of that shape less one of the last two axes
/// each. ε is added to each square. No average is corrected for its start at zero. A parameter of rank 0 or 1, which
/// the paper does not speak of, has only m_t, as in the official code. The paper sums where the code takes means, which
/// is the same. Weight decay is a link of its own after it.
///
/// Reference: Y. Luo et al., "CAME: Confidence-guided Adaptive Memory Efficient Optimization", ACL 2023,
/// arXiv:2307.02047, Algorithm 2.
public record ScaleByConfidence(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average direction", source = "Luo et al. 2023")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the instability", source = "Luo et al. 2023")
        double beta3,

        @Hyperparameter(range = "(0, inf)", what = "added to each squared residual", source = "Luo et al. 2023")
        double epsResidual)
        implements Direction {
    public ScaleByConfidence {
        Hyperparameters.check(ScaleByConfidence.class, beta1, beta3, epsResidual);
    }

    public ScaleByConfidence() {
        this(0.9, 0.9999, 1e-16);
    }

    public ScaleByConfidence withBeta1(double beta1) {
        return new ScaleByConfidence(beta1, beta3, epsResidual);
    }

    public ScaleByConfidence withBeta3(double beta3) {
        return new ScaleByConfidence(beta1, beta3, epsResidual);
    }

    public ScaleByConfidence withEpsResidual(double epsResidual) {
        return new ScaleByConfidence(beta1, beta3, epsResidual);
    }

    @Override
    public String name() {
        return "confidence";
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr u = s.direction();
        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, u));
        if (!FactoredRmsProp.isFactored(s.shape())) {
            return m;
        }
        int rank = s.axes().rank();
        Expr residual = square(u.minus(m)).plus(s.hyper("eps_residual", epsResidual));
        Expr instability = new FactoredMoment(rank - 1, rank - 2, "res", "_tilde")
                .update(s, s.hyper("beta3", beta3), residual, UnaryOperator.identity());
        return m.div(sqrt(instability));
    }
}
