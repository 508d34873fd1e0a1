package dev.gradus;

import java.util.List;

/// A number that a parameter shares with others, and the hyperparameters that it depends on outside of totals: all
/// that share it must have the same values, because each of them computes it.
///
/// @param name `link.state`
/// @param number its value
/// @param hyperparameters that it depends on, by full name
/// @param places where the parameter's group has them
record SharedNumber(String name, Scalar number, List<String> hyperparameters, int[] places) {

    /// Compares the values of all parameters that share numbers. Nothing is allocated if they agree, but at the first
    /// time.
    ///
    /// @param onlyRunning whether only those count that take part in the step to come
    /// @throws IllegalArgumentException if two groups, or two parameters of one, differ
    static void requireEqual(TrainedParameter[] parameters, boolean onlyRunning) {
        for (TrainedParameter parameter : parameters) {
            if (!onlyRunning || parameter.tasks().isRunning()) {
                for (SharedNumber each : parameter.sharedNumbers()) {
                    each.number.forgetReader();
                }
            }
        }
        for (TrainedParameter parameter : parameters) {
            if (!onlyRunning || parameter.tasks().isRunning()) {
                for (SharedNumber each : parameter.sharedNumbers()) {
                    each.compare(parameter);
                }
            }
        }
    }

    private void compare(TrainedParameter parameter) {
        TrainedParameter first = number.reader(parameter);
        if (first == parameter) {
            return;
        }
        for (SharedNumber other : first.sharedNumbers()) {
            if (other.number == number) {
                for (int i = 0; i < places.length; i++) {
                    double value = parameter.hyperparameter(places[i]);
                    double expected = first.hyperparameter(other.places[i]);
                    if (value != expected) {
                        throw refusal(hyperparameters.get(i), first, expected, parameter, value);
                    }
                }
            }
        }
    }

    private IllegalArgumentException refusal(
            String hyperparameter, TrainedParameter a, double ofA, TrainedParameter b, double ofB) {
        boolean isOneGroup = a.group().equals(b.group());
        String who = isOneGroup
                ? "parameters \"" + a.name() + "\" and \"" + b.name() + "\" of group \"" + a.group() + "\""
                : "groups \"" + a.group() + "\" and \"" + b.group() + "\"";
        return new IllegalArgumentException(who + " have " + hyperparameter + " " + ofA + " and " + ofB
                + ", but share the number " + name + ", which depends on it: give them one value, or the link of one of"
                + " them a name of its own with named(\"…\")");
    }
}
