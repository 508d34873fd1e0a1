package dev.gradus.rules.project;

import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.scaleDownTo;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// After the step, scales the weights of each unit down to a norm, where theirs is larger. A unit is a row of a tensor
/// (a slice along the outermost axis, an output channel), or a whole vector.
///
/// ```
/// θ̃ₜ = θₜ₋₁ − η·gₜ
/// qₜ = 1 if ‖θ̃ₜ‖_row ≤ max_norm, else max_norm / ‖θ̃ₜ‖_row
/// θₜ = qₜ·θ̃ₜ
/// ```
///
/// Reference: N. Srebro, A. Shraibman, "Rank, Trace-Norm and Max-Norm", COLT 2005; G. Hinton et al., 2012,
/// arXiv:1207.0580, for networks.
public record ProjectMaxNorm(
        @Hyperparameter(range = "(0, inf)", what = "largest norm of a unit's weights", source = "Hinton et al. 2012")
        double maxNorm)
        implements Rule {
    public ProjectMaxNorm {
        Hyperparameters.check(ProjectMaxNorm.class, maxNorm);
    }

    public ProjectMaxNorm() {
        this(3);
    }

    public ProjectMaxNorm withMaxNorm(double maxNorm) {
        return new ProjectMaxNorm(maxNorm);
    }

    @Override
    public Step apply(Step s) {
        Step done = s.descend();
        Expr max = s.hyper("max_norm", maxNorm);
        Expr n = norm(done.theta(), s.units());
        return done.theta(done.theta().times(scaleDownTo(max, n)));
    }
}
