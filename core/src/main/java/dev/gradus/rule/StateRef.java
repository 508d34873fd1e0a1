package dev.gradus.rule;

import dev.gradus.expr.Axes;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.After;
import dev.gradus.expr.Expr.Before;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.State.Scope;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// A rule's access to one of its states. `becomes` is the paper's ←; the value before and the value after are
/// different expressions and cannot be confused.
public final class StateRef {
    private final Trace trace;
    private final Object place;
    private final String name;
    private final Axes axes;
    private final Expr initial;
    private final Role role;
    private final @Nullable Object sharedBy;

    StateRef(Trace trace, Object place, String name, Axes axes, Expr initial) {
        this(trace, place, name, axes, initial, axes.isHost() ? Role.SCALAR : Role.SIGNED, null);
    }

    private StateRef(
            Trace trace, Object place, String name, Axes axes, Expr initial, Role role, @Nullable Object sharedBy) {
        this.trace = trace;
        this.place = place;
        this.name = name;
        this.axes = axes;
        this.initial = initial;
        this.role = role;
        this.sharedBy = sharedBy;
    }

    /// This state, whose values are never negative.
    public StateRef nonNegative() {
        return new StateRef(trace, place, name, axes, initial, Role.NON_NEGATIVE, sharedBy);
    }

    /// This state, which holds weights or a copy of them and must be stored exactly.
    public StateRef weights() {
        return new StateRef(trace, place, name, axes, initial, Role.WEIGHTS, sharedBy);
    }

    StateRef sharedBy(Object link) {
        return new StateRef(trace, place, name, axes, initial, role, link);
    }

    /// The value before the step.
    public Expr before() {
        return new Before(declare());
    }

    /// Writes the state and returns the value after.
    ///
    /// @param change from the value before to the value after
    /// @throws IllegalStateException if the state has already been written in this step
    public Expr becomes(UnaryOperator<Expr> change) {
        State state = declare();
        return trace.write(state, change.apply(new Before(state)));
    }

    /// Writes the state with a value that is known only when all links have run, such as the step that was taken.
    ///
    /// @param value from the finished step to the value after
    /// @return the value before
    public Expr becomesAfterStep(Function<Step, Expr> value) {
        State state = declare();
        trace.afterStep(finished -> {
            After ignored = trace.write(state, value.apply(finished));
        });
        return new Before(state);
    }

    private State declare() {
        Scope scope = sharedBy == null ? Scope.PARAMETER : Scope.LINK;
        return trace.declare(place, sharedBy, new State(name, axes, scope, role, initial));
    }
}
