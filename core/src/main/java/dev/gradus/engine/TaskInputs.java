package dev.gradus.engine;

import dev.gradus.expr.Clock;
import dev.gradus.expr.State;

/// The numbers that a step depends on.
public interface TaskInputs {
    /// The value of the hyperparameter at a [place][TaskMemory#placeOf].
    double hyper(int place);

    double step(Clock clock);

    double number(State state);
}
