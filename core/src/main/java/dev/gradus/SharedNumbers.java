package dev.gradus;

/// Compares the hyperparameters of parameters that share numbers.
final class SharedNumbers {
    private SharedNumbers() {}

    /// Nothing is allocated if they agree.
    ///
    /// @param onlyRunning whether only those count that take part in the step to come
    /// @throws IllegalArgumentException if two groups, or two parameters of one, differ
    static void requireEqual(TrainedParameter[] parameters, boolean onlyRunning) {
        for (TrainedParameter parameter : parameters) {
            for (SharedNumber each : parameter.sharedNumbers()) {
                each.number().forgetReader();
            }
        }
        for (int i = 0; i < parameters.length; i++) {
            if (!onlyRunning || parameters[i].tasks().isRunning()) {
                for (SharedNumber each : parameters[i].sharedNumbers()) {
                    int first = each.number().reader(i);
                    if (first != i) {
                        compare(each, parameters[first], parameters[i]);
                    }
                }
            }
        }
    }

    private static void compare(SharedNumber shared, TrainedParameter first, TrainedParameter parameter) {
        for (SharedNumber other : first.sharedNumbers()) {
            if (other.number() == shared.number()) {
                for (int i = 0; i < shared.places().length; i++) {
                    double value = parameter.hyperparameter(shared.places()[i]);
                    double expected = first.hyperparameter(other.places()[i]);
                    if (value != expected) {
                        throw refusal(shared, shared.hyperparameters().get(i), first, expected, parameter, value);
                    }
                }
            }
        }
    }

    private static IllegalArgumentException refusal(
            SharedNumber shared,
            String hyperparameter,
            TrainedParameter a,
            double ofA,
            TrainedParameter b,
            double ofB) {
        boolean isOneGroup = a.group().equals(b.group());
        String who = isOneGroup
                ? "parameters \"" + a.name() + "\" and \"" + b.name() + "\" of group \"" + a.group() + "\""
                : "groups \"" + a.group() + "\" and \"" + b.group() + "\"";
        return new IllegalArgumentException(who + " have " + hyperparameter + " " + ofA + " and " + ofB
                + ", but share the number " + shared.name() + ", which depends on it: give them one value, or the link"
                + " of one of them a name of its own with named(\"…\")");
    }
}
