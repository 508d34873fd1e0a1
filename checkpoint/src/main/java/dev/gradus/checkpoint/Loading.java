package dev.gradus.checkpoint;

import java.util.function.UnaryOperator;

/// How a checkpoint is loaded.
///
/// @param isPartial whether parameters that are missing or do not fit stay as they are, and what is unexpected is
///     left out; otherwise everything must fit, the rules included
/// @param valuesOnly whether only the parameters' values are loaded, and the states begin anew
/// @param names what a parameter of the checkpoint is called in the optimizer
public record Loading(boolean isPartial, boolean valuesOnly, UnaryOperator<String> names) {
    /// Everything must fit.
    public static final Loading STRICT = new Loading(false, false, UnaryOperator.identity());

    /// Everything that fits is loaded.
    public Loading partial() {
        return new Loading(true, valuesOnly, names);
    }

    /// Of each parameter only its values are loaded.
    public Loading onlyValues() {
        return new Loading(isPartial, true, names);
    }

    /// Parameters are called otherwise in the optimizer.
    ///
    /// @param newNames from the name in the checkpoint to that in the optimizer
    public Loading renaming(UnaryOperator<String> newNames) {
        return new Loading(isPartial, valuesOnly, newNames);
    }
}
