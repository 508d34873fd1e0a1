package dev.gradus.program;

import dev.gradus.expr.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The values that a program has to produce.
///
/// @param states the new values of states with elements
/// @param theta the new value of the parameter, or null if it stays
/// @param numbers the new values of states with one number
/// @param regardless the states that are written even if the step does not take place
/// @param takesPlace whether the step may take place; if not, only those states are written
/// @param commit the condition under which it does, or null
/// @param metrics host scalars to be known after the step
record Roots(
        Map<State, Value> states,
        @Nullable Value theta,
        Map<State, Value> numbers,
        Set<State> regardless,
        boolean takesPlace,
        @Nullable Value commit,
        List<Value> metrics) {

    List<Value> all() {
        List<Value> all = new ArrayList<>(states.values());
        all.addAll(numbers.values());
        all.addAll(metrics);
        if (theta != null) {
            all.add(theta);
        }
        if (commit != null) {
            all.add(commit);
        }
        return all;
    }
}
