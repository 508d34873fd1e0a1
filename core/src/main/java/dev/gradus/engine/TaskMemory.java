package dev.gradus.engine;

import dev.gradus.expr.State;

/// Where a parameter and its states are.
public interface TaskMemory {
    /// The parameter's name.
    String name();

    Tensor theta();

    Tensor state(State state);

    /// What the numbers of a noise are drawn by.
    RandomKey noise(String name);

    /// The place of a hyperparameter among the [inputs][TaskInputs] of every step.
    int placeOf(String hyperparameter);
}
