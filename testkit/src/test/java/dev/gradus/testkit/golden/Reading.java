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

    /// This state, whose elements must have the signs of another's.
    default Reading withSignsOf(String other) {
        return (states, parameter) -> {
            double[] values = of(states, parameter);
            double[] signed = states.of(parameter, other);
            for (int i = 0; values != null && signed != null && i < values.length; i++) {
                if (Math.signum(values[i]) != Math.signum(signed[i])) {
                    throw new AssertionError(parameter + "[" + i + "]: " + other + " is " + signed[i]
                            + ", which has not the sign of " + values[i]);
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
