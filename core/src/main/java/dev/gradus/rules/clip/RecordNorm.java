package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.max;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Keeps the norm of the directions as they are at this place of a chain, for the caller to read after a step:
/// `optimizer.state("/recordNorm.norm").toArray()[0]`. Before a clip it is what torch's `clip_grad_norm_` returns;
/// behind a rule it is the norm of the rule's direction.
///
/// ```
/// normₜ = max(‖gₜ‖_global, 0)
/// θₜ = θₜ₋₁ − η·gₜ
/// ```
///
/// State: `norm`, a number that all parameters of the link share, or for [Scope#TENSOR] one per parameter,
/// `optimizer.state("w/recordNorm.norm")`. It is that of the last step that was made: 0 before the first, and not
/// changed by a step that is skipped.
///
/// @param scope what the norm is of
public record RecordNorm(Scope scope, Norm norm) implements Rule {
    /// What a norm is of.
    public enum Scope {
        /// Of all parameters that the link applies to, in whichever group, taken together.
        ALL,
        /// Of each tensor.
        TENSOR
    }

    /// The Euclidean norm of all parameters.
    public RecordNorm() {
        this(Scope.ALL, Norm.L2);
    }

    public RecordNorm withScope(Scope scope) {
        return new RecordNorm(scope, norm);
    }

    public RecordNorm withNorm(Norm norm) {
        return new RecordNorm(scope, norm);
    }

    @Override
    public Step apply(Step s) {
        StateRef last = scope == Scope.ALL ? s.shared("norm", Expr.ZERO) : s.scalar("norm", Expr.ZERO);
        Expr now = scope == Scope.ALL ? norm.ofAll(s) : norm.ofTensor(s);
        // The largest of no elements is −∞.
        last.write(old -> max(now, Expr.ZERO));
        return s;
    }
}
