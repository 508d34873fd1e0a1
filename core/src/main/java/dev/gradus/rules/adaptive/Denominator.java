package dev.gradus.rules.adaptive;

import dev.gradus.expr.Expr;

/// How a rule divides a first moment by the root of a second one: where ε stands, or what stands in its place.
@FunctionalInterface
public interface Denominator {

    Expr divide(Moments moments);
}
