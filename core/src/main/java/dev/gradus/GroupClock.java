package dev.gradus;

import org.jspecify.annotations.Nullable;

/// The clocks that all parameters of a group share: the optimizer's, and that of the group's first parameter.
final class GroupClock {
    private final UpdateCount optimizer;
    private @Nullable UpdateCount first;

    GroupClock(UpdateCount optimizer) {
        this.optimizer = optimizer;
    }

    /// Makes a parameter the group's first, or none.
    void follow(@Nullable UpdateCount firstParameter) {
        first = firstParameter;
    }

    /// The optimizer's completed updates.
    long optimizer() {
        return optimizer.completed();
    }

    /// The completed updates of the group's first parameter.
    long first() {
        return first == null ? 0 : first.completed();
    }
}
