package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.scaleDownTo;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Axes;

/// Adaptive gradient clipping: scales each unit's gradient down to a share of the norm of the unit's weights, where
/// it is larger. A unit is a row of a tensor (a slice along the outermost axis, an output channel), or a whole
/// vector.
///
/// ```
/// limitₜ = clipping·max(‖θₜ₋₁‖_row, ε)
/// qₜ = 1 if ‖gₜ‖_row ≤ limitₜ, else limitₜ / ‖gₜ‖_row
/// θₜ = θₜ₋₁ − η·qₜ·gₜ
/// ```
///
/// optax takes the other end of a matrix for its units, because JAX lays out weights as inputs × outputs.
///
/// Reference: A. Brock et al., "High-Performance Large-Scale Image Recognition Without Normalization", ICML 2021,
/// arXiv:2102.06171, section 4.
public record ClipAdaptively(
        @Hyperparameter(range = "(0, inf)", what = "largest norm relative to the weights", source = "Brock et al. 2021")
        double clipping,

        @Hyperparameter(range = "(0, inf)", what = "least norm of weights", source = "Brock et al. 2021")
        double eps)
        implements Direction {
    public ClipAdaptively {
        Hyperparameters.check(ClipAdaptively.class, clipping, eps);
    }

    public ClipAdaptively() {
        this(0.01, 1e-3);
    }

    public ClipAdaptively withClipping(double clipping) {
        return new ClipAdaptively(clipping, eps);
    }

    public ClipAdaptively withEps(double eps) {
        return new ClipAdaptively(clipping, eps);
    }

    @Override
    public Expr update(Step s) {
        Axes unit = s.units();
        Expr max = s.hyper("clipping", clipping)
                .times(max(norm(s.theta(), unit), s.hyper("eps", eps)))
                .named("limit");
        Expr n = norm(s.direction(), unit);
        return s.direction().times(scaleDownTo(max, n));
    }
}
