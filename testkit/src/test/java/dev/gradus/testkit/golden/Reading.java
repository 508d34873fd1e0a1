package dev.gradus.testkit.golden;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How a state that a reference keeps is found among Gradus's; null where the parameter has no such state.
@FunctionalInterface
interface Reading {
    /// The values of a parameter's state.
    ///
    /// @param parameter its name, empty for what all parameters share
    double @Nullable [] of(States states, String parameter);

    /// The number of updates.
    Reading COMPLETED = (states, parameter) -> new double[] {states.completed(parameter)};

    /// The first of these states that the parameter has.
    static Reading state(String... names) {
        return (states, parameter) -> {
            for (String name : names) {
                double[] values = states.of(parameter, name);
                if (values != null) {
                    return values;
                }
            }
            return null;
        };
    }

    /// States that have the same name in both.
    static Map<String, Reading> states(String... names) {
        Map<String, Reading> readings = new HashMap<>();
        for (String name : names) {
            readings.put(name, state(name));
        }
        return readings;
    }

    /// This state times a number.
    default Reading times(double factor) {
        return (states, parameter) -> {
            double[] values = of(states, parameter);
            if (values != null) {
                for (int i = 0; i < values.length; i++) {
                    values[i] *= factor;
                }
            }
            return values;
        };
    }

    /// This state, or a single 0 for parameters that do not have it.
    default Reading orZero() {
        return (states, parameter) -> {
            double[] values = of(states, parameter);
            return values == null ? new double[1] : values;
        };
    }
}
