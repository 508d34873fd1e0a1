package dev.gradus.engine;

import dev.gradus.expr.State;

/// The tensors of one parameter, and the identities of its inputs.
public interface TaskMemory {
    /// The parameter's name.
    String name();

    Tensor theta();

    Tensor state(State state);

    /// The key by which the numbers of a noise are drawn.
    RandomKey noise(String name);

    /// The place of a hyperparameter among the [inputs][TaskInputs] of every step.
    int placeOf(String hyperparameter);
}
