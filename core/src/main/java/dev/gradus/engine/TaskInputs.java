package dev.gradus.engine;

import dev.gradus.expr.Clock;
import dev.gradus.expr.State;

/// The host scalars that a step depends on.
public interface TaskInputs {
    /// The value of the hyperparameter at a [place][TaskMemory#placeOf].
    double hyper(int place);

    /// The count of a clock, 1 at the first step.
    double step(Clock clock);

    /// The value of a state with one number.
    double number(State state);
}
