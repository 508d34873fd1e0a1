package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;

/// Gradient accumulation: collects the gradients of k calls and lets a rule make one step with their mean, as one
/// batch k times as large would. The calls in between move nothing and advance no clock and no schedule.
///
/// Around Adam:
///
/// ```
/// only if callsₜ₋₁ + 1 ≥ steps
/// callsₜ = 0 if callsₜ₋₁ + 1 ≥ steps, else callsₜ₋₁ + 1
/// sₜ = gₜ if callsₜ₋₁ = 0, else sₜ₋₁ + gₜ
/// uₜ = sₜ / (callsₜ₋₁ + 1)
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·uₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·uₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// ```
///
/// States: `grad_sum`, of the parameter's shape and stored exactly, and `calls`, how many gradients it holds. A
/// parameter counts its own gradients: one that has none in a call takes part when it has got k.
///
/// @param rule what is done with the mean
public record Accumulate(
        Rule rule,

        @Hyperparameter(range = "[1, inf)", what = "gradients that make a step", source = "the user's choice")
        double steps)
        implements Wrapper {
    public Accumulate {
        Hyperparameters.check(Accumulate.class, steps);
    }

    public Accumulate withSteps(double steps) {
        return new Accumulate(rule, steps);
    }

    @Override
    public Step apply(Step s) {
        Expr k = s.hyper("steps", steps);
        StateRef calls = s.scalar("calls", Expr.ZERO).survivesSkip();
        Expr before = calls.before();
        Condition isLast = before.plus(1).ge(k);
        Condition isFirst = before.eq(0);
        Expr count = before.plus(1);
        calls.write(old -> where(isLast, Expr.ZERO, count));
        Expr sum = s.state("grad_sum")
                .symbol("s")
                .weights()
                .survivesSkip()
                .becomes(old -> where(isFirst, s.direction(), old.plus(s.direction())));
        return s.commitIf(isLast).direction(sum.div(count)).then(rule);
    }

    /// Events are not collected: each sees its own gradient.
    @Override
    public Step passing(String event, Step s) {
        return s.then(rule);
    }
}
