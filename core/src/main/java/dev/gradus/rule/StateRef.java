package dev.gradus.rule;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Before;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.expr.State.Scope;
import dev.gradus.tensor.Axes;
import java.util.function.BiFunction;
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
    private final Scope scope;
    private final boolean survivesSkip;

    StateRef(Trace trace, Object place, String name, Axes axes, Expr initial) {
        this(
                trace,
                place,
                name,
                axes,
                initial,
                axes.isHost() ? Role.SCALAR : Role.SIGNED,
                null,
                Scope.PARAMETER,
                false);
    }

    private StateRef(
            Trace trace,
            Object place,
            String name,
            Axes axes,
            Expr initial,
            Role role,
            @Nullable Object sharedBy,
            Scope scope,
            boolean survivesSkip) {
        this.trace = trace;
        this.place = place;
        this.name = name;
        this.axes = axes;
        this.initial = initial;
        this.role = role;
        this.sharedBy = sharedBy;
        this.scope = scope;
        this.survivesSkip = survivesSkip;
    }

    /// This state under a symbol of its own in formulas, spelled like a name: `m`, `theta_0`, `v_bar`.
    ///
    /// @throws IllegalStateException if it has another one in this step
    public StateRef symbol(String symbol) {
        trace.setSymbol(name, symbol);
        return this;
    }

    /// This state, whose values are never negative.
    public StateRef nonNegative() {
        return new StateRef(trace, place, name, axes, initial, Role.NON_NEGATIVE, sharedBy, scope, survivesSkip);
    }

    /// This state, which holds weights or a copy of them and must be stored exactly.
    public StateRef weights() {
        return new StateRef(trace, place, name, axes, initial, Role.WEIGHTS, sharedBy, scope, survivesSkip);
    }

    /// This state, written even if this link or a later one skips the step with [Step#commitIf]; a skip by an earlier
    /// link does prevent the write. Counters of skipped steps and sums of accumulated gradients are such states.
    public StateRef survivesSkip() {
        return new StateRef(trace, place, name, axes, initial, role, sharedBy, scope, true);
    }

    StateRef sharedBy(Object link, Scope by) {
        return new StateRef(trace, place, name, axes, initial, role, link, by, survivesSkip);
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
        return trace.write(state, change.apply(new Before(state)), survivesSkip);
    }

    /// Writes the state, like [#becomes], where nothing needs the value after.
    public void write(UnaryOperator<Expr> change) {
        Expr ignored = becomes(change);
    }

    /// Writes the state with a value that is known only after all links have run, such as the update.
    ///
    /// @param value from the finished step and the value before to the value after
    /// @return the value before
    public Expr becomesAfterStep(BiFunction<Step, Expr, Expr> value) {
        State state = declare();
        trace.afterStep(name, finished -> {
            Expr ignored = trace.write(state, value.apply(finished, new Before(state)), survivesSkip);
        });
        return new Before(state);
    }

    State declare() {
        return trace.declare(place, sharedBy, new State(name, axes, scope, role, initial));
    }
}
