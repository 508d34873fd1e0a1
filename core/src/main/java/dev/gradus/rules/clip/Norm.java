package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.maximum;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Step;

/// How the length of a direction is measured. A norm with a NaN in it is NaN.
public enum Norm {
    /// The Euclidean norm, `‖u‖₂`.
    L2 {
        @Override
        Expr ofTensor(Step s) {
            return norm(s.direction());
        }

        @Override
        Expr ofAll(Step s) {
            return sqrt(s.totalOfSquares(s.direction()));
        }
    },
    /// The largest magnitude of an element, `‖u‖∞`; torch's `norm_type=inf`.
    MAX {
        @Override
        Expr ofTensor(Step s) {
            return maximum(abs(s.direction()));
        }

        @Override
        Expr ofAll(Step s) {
            return s.totalMaximum(abs(s.direction()));
        }
    };

    /// The norm of this tensor's direction.
    abstract Expr ofTensor(Step s);

    /// The norm of the directions of all parameters that the link applies to, taken together.
    abstract Expr ofAll(Step s);
}
