package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Hands on the direction of the step before, 0 at first, and where the gradient has turned against it. Behind
/// [Rprop] it makes optax 0.2.8's.
///
/// ```
/// p_updateₜ = gₜ
/// uₜ = 0 if gₜ·p_updateₜ₋₁ < 0, else p_updateₜ₋₁
/// θₜ = θₜ₋₁ − η·uₜ
/// ```
///
/// State: `prev_update`, of the parameter's shape.
public record DelayStep() implements Direction {
    @Override
    public Expr update(Step s) {
        StateRef previous = s.state("prev_update").symbol("p_update");
        previous.write(old -> s.direction());
        Expr last = previous.before();
        return where(s.gradient().times(last).lt(Expr.ZERO), Expr.ZERO, last);
    }
}
