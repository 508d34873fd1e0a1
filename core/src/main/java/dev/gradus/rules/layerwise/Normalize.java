package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.scaleToUnit;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Formulas;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Divides the direction of each tensor by its norm, so that the step's length is the learning rate; a direction of
/// norm 0 stays 0. After an average it makes the notebook's UM.
///
/// ```
/// rₜ = 1 if ‖gₜ‖₂ = 0, else 1 / ‖gₜ‖₂
/// θₜ = θₜ₋₁ − η·rₜ·gₜ
/// ```
public record Normalize(Norm norm) implements Direction {
    /// What is made 1.
    public enum Norm {
        /// The Euclidean norm: the notebook's algorithm.
        L2,
        /// The root of the mean square: the notebook's code, whose steps are longer by the root of the number of
        /// elements.
        RMS
    }

    public Normalize() {
        this(Norm.L2);
    }

    public Normalize withNorm(Norm norm) {
        return new Normalize(norm);
    }

    @Override
    public Expr update(Step s) {
        Expr u = s.direction();
        Expr n = norm == Norm.L2 ? Formulas.norm(u) : Formulas.rms(u);
        return u.times(scaleToUnit(n));
    }
}
