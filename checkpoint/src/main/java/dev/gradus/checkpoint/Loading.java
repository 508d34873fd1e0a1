package dev.gradus.checkpoint;

import java.util.function.UnaryOperator;

/// How a checkpoint is loaded.
///
/// @param isPartial whether parameters that are missing or do not fit stay as they are, states that are missing or do
///     not fit begin anew, and what is unexpected is left out; otherwise everything must fit, the rules included
/// @param valuesOnly whether only the parameters' values are loaded, and the states begin anew
/// @param restoresSettings whether hyperparameters get the values and schedules that the checkpoint has
/// @param names what a parameter of the checkpoint is called in the optimizer
public record Loading(boolean isPartial, boolean valuesOnly, boolean restoresSettings, UnaryOperator<String> names) {
    /// @throws IllegalArgumentException if settings are to be restored, but not all of the checkpoint is loaded
    public Loading {
        if (restoresSettings && (isPartial || valuesOnly)) {
            throw new IllegalArgumentException("settings can only be restored where everything is loaded,"
                    + " not together with partial() or onlyValues()");
        }
    }

    /// Everything must fit.
    public static final Loading STRICT = new Loading(false, false, false, UnaryOperator.identity());

    /// Everything that fits is loaded, state by state: [LoadReport#begun()] lists the states that begin anew, such as
    /// those of a link that the checkpoint's rule did not have. They begin at the step count of the checkpoint, so
    /// a moment among them is corrected for its start as if it were as old as the others. Where no state of a
    /// parameter fits, its step count begins at 0.
    public Loading partial() {
        return new Loading(true, valuesOnly, restoresSettings, names);
    }

    /// Of each parameter only its values are loaded; all states and the parameters' step counts begin anew, at the
    /// values that were loaded.
    public Loading onlyValues() {
        return new Loading(isPartial, true, restoresSettings, names);
    }

    /// Hyperparameters get the values and schedules that they had when the checkpoint was saved, also those that
    /// were changed with [dev.gradus.Optimizer#set]; what was not set is the rule's own again. Otherwise the
    /// program's own settings stay.
    ///
    /// @throws IllegalArgumentException if only a part of the checkpoint is to be loaded
    public Loading restoringSettings() {
        return new Loading(isPartial, valuesOnly, true, names);
    }

    /// Parameters are called otherwise in the optimizer.
    ///
    /// @param newNames from the name in the checkpoint to that in the optimizer
    public Loading renaming(UnaryOperator<String> newNames) {
        return new Loading(isPartial, valuesOnly, restoresSettings, newNames);
    }
}
