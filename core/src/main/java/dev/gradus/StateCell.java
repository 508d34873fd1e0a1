package dev.gradus;

import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Scope;
import dev.gradus.tensor.Shape;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A state of a parameter with what holds it: memory, or one number that may be shared.
///
/// @param link owns a shared number, or null
record StateCell(
        State state,
        @Nullable Tensor tensor,
        @Nullable Scalar number,
        @Nullable Object link) {

    boolean isShared() {
        return state.scope() != Scope.PARAMETER;
    }

    /// The memory of a state with elements.
    Tensor elements() {
        return Objects.requireNonNull(tensor, state.name());
    }

    /// The value of a state with one number.
    Scalar scalar() {
        return Objects.requireNonNull(number, state.name());
    }

    /// Sets the state to zero, as it was when it was allocated.
    void zero() {
        if (tensor == null) {
            scalar().set(0);
        } else {
            tensor.memory().fill((byte) 0);
        }
    }

    /// @param shape the parameter's
    StateView view(String name, Shape shape) {
        if (tensor == null) {
            return StateView.number(name, scalar().value());
        }
        return new StateView(
                name,
                shape.keeping(state.axes()),
                tensor.type(),
                state.role(),
                tensor.memory().asReadOnly());
    }

    /// Takes the value of a view that fits.
    void load(StateView from) {
        if (tensor == null) {
            scalar().set(from.values().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0));
        } else {
            tensor.memory().copyFrom(from.values());
        }
    }
}
