package dev.gradus.rule;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.expr.State;

/// A parameter that an event moves until its next step, such as to where SAM takes its second gradient.
///
/// The step begins where the parameter was before the event. A step that does not take place, because a link skips
/// it, gradients are only collected, or there is no gradient, puts the parameter back to the bit; so does
/// `optimizer.cancelEvent()`. Two states say where it was: the parameter's values, and a flag, 1 while it is
/// displaced. A checkpoint has both, so that it can be taken in between.
public final class Displacement {
    /// The states of a displacement.
    ///
    /// @param origin the values to put back
    /// @param flag 1 while the parameter is displaced, else 0
    public record States(State origin, State flag) {}

    private final Trace trace;
    private final Step step;
    private final StateRef origin;
    private final StateRef flag;

    Displacement(Trace trace, Step step, StateRef origin, StateRef flag) {
        this.trace = trace;
        this.step = step;
        this.origin = origin;
        this.flag = flag;
    }

    /// The parameter before events displaced it.
    public Expr origin() {
        Condition isDisplaced = flag.before().eq(1);
        return where(isDisplaced, origin.before(), step.theta());
    }

    /// At an event: the parameter is displaced to the given values until its next step.
    public Step to(Expr theta) {
        trace.displaces();
        Expr from = origin();
        origin.write(old -> from);
        flag.write(old -> Expr.ONE);
        return step.theta(theta);
    }

    /// In a step: begins where the parameter was.
    public Step end() {
        Expr from = origin();
        flag.write(old -> Expr.ZERO);
        return step.startingAt(from);
    }
}
