package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.min;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;

/// Limits the learning rate for the links before it to 1/√t: torch's Adafactor. Links after it, such as decoupled
/// weight
/// decay, see the whole learning rate.
///
/// ```
/// θₜ = θₜ₋₁ − η·min(1 / (√t·η), 1)·gₜ
/// ```
public record LimitLearningRate() implements Direction {
    @Override
    public Expr update(Step s) {
        Expr limit = Expr.ONE.div(sqrt(s.t()));
        return s.direction().times(min(limit.div(s.learningRate()), Expr.ONE));
    }
}
