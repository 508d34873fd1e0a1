package dev.gradus.rules.factored;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Shape;
import java.util.function.UnaryOperator;

/// Divides by the root of a second moment with a constant decay rate that is stored as its means along the last
/// two axes; the first part of CAME. [FactoredRms] is Adafactor's, whose decay rate grows.
///
/// ```
/// uₜ = gₜ² + ε
/// Rₜ = β₂·Rₜ₋₁ + (1 − β₂)·mean_row(uₜ)
/// Cₜ = β₂·Cₜ₋₁ + (1 − β₂)·mean_col(uₜ)
/// θₜ = θₜ₋₁ − η·gₜ / √((Rₜ / mean(Rₜ))·Cₜ)
/// ```
/// States: `row_var` and `col_var`, of the parameter's shape less one axis each; a parameter of rank 0 or 1 has
/// `variance`, of its own shape. ε is added to each squared gradient. The averages are not corrected for their start
/// at zero.
///
/// Reference: Y. Luo et al., "CAME: Confidence-guided Adaptive Memory Efficient Optimization", ACL 2023,
/// arXiv:2307.02047, Algorithm 2.
public record FactoredRmsProp(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Luo et al. 2023")
        double beta2,

        @Hyperparameter(range = "(0, inf)", what = "added to each squared gradient", source = "Luo et al. 2023")
        double eps)
        implements Direction {
    public FactoredRmsProp {
        Hyperparameters.check(FactoredRmsProp.class, beta2, eps);
    }

    public FactoredRmsProp() {
        this(0.999, 1e-30);
    }

    public FactoredRmsProp withBeta2(double beta2) {
        return new FactoredRmsProp(beta2, eps);
    }

    public FactoredRmsProp withEps(double eps) {
        return new FactoredRmsProp(beta2, eps);
    }

    @Override
    public Expr update(Step s) {
        Expr b2 = s.hyper("beta2", beta2);
        Expr squared = square(s.direction()).plus(s.hyper("eps", eps));
        int rank = s.axes().rank();
        Expr v = isFactored(s.shape())
                ? new FactoredMoment(rank - 1, rank - 2, "var", "").update(s, b2, squared, UnaryOperator.identity())
                : s.state("variance").symbol("v").nonNegative().becomes(old -> ema(b2, old, squared));
        return s.direction().div(sqrt(v));
    }

    /// Whether there are means along the last two axes.
    static boolean isFactored(Shape shape) {
        return shape.rank() >= 2 && shape.elements() > 0;
    }
}
