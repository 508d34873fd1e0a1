package dev.gradus.rule;

import dev.gradus.expr.Expr;

/// A rule that changes the direction only. The direction is the gradient at first; after the last link it is multiplied
/// by the learning rate and subtracted from the parameter.
@FunctionalInterface
public interface Direction extends Rule {

    /// The new direction, from the direction so far, [Step#direction()].
    Expr update(Step s);

    @Override
    default Step apply(Step s) {
        return s.direction(update(s));
    }
}
