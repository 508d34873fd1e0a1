package dev.gradus.rules.adaptive;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// A rule that divides a first moment by the root of a second one. What such rules vary is a wrapper around any of
/// them: [AmsGrad], [Rectify], [Nesterov], [Softplus], [EpsInRoot].
public interface Adaptive extends Direction {

    /// Updates the moments; called once per step.
    Moments moments(Step s);

    @Override
    default Expr update(Step s) {
        return moments(s).ratio();
    }
}
