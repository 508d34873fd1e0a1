package dev.gradus.rule;

import dev.gradus.expr.Expr;

/// A rule that turns one direction into another: the gradient, or what earlier links made of it, into what is to be
/// subtracted from the parameter after multiplication with the learning rate.
@FunctionalInterface
public interface Direction extends Rule {

    /// The new direction; the one so far is [Step#direction()].
    Expr update(Step s);

    @Override
    default Step apply(Step s) {
        return s.direction(update(s));
    }
}
