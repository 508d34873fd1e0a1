package dev.gradus;

import dev.gradus.OptimizerState.ParameterState;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds everything that keeps a state from being loaded, before anything is changed.
final class StateCheck {
    private final List<String> problems = new ArrayList<>();

    /// The numbers that links share, with the first parameter that gives each its value.
    private final Map<Scalar, StateView> shared = new IdentityHashMap<>();

    private StateCheck() {}

    /// Everything that does not fit, a sentence each.
    ///
    /// @param numbers the names of what schedules remember
    static List<String> problems(OptimizerState state, Map<String, TrainedParameter> parameters, Set<String> numbers) {
        StateCheck check = new StateCheck();
        check.check(state, parameters);
        check.compare(state.numbers().keySet(), numbers);
        return check.problems;
    }

    private void check(OptimizerState state, Map<String, TrainedParameter> parameters) {
        requireCount("the optimizer", state.completed());
        Set<String> missing = new LinkedHashSet<>(parameters.keySet());
        Set<String> seen = new LinkedHashSet<>();
        for (ParameterState parameter : state.parameters()) {
            TrainedParameter own = parameters.get(parameter.name());
            missing.remove(parameter.name());
            if (!seen.add(parameter.name())) {
                problems.add("parameter " + parameter.name() + " is given twice");
            } else if (own == null) {
                problems.add("parameter " + parameter.name() + " is unexpected");
            } else {
                check(parameter, own);
            }
        }
        missing.forEach(name -> problems.add("parameter " + name + " is missing"));
    }

    private void compare(Set<String> given, Set<String> own) {
        own.stream()
                .filter(name -> !given.contains(name))
                .forEach(name -> problems.add("state " + name + " is missing"));
        given.stream()
                .filter(name -> !own.contains(name))
                .sorted()
                .forEach(name -> problems.add("state " + name + " is unexpected"));
    }

    private void check(ParameterState from, TrainedParameter trained) {
        requireCount("parameter " + from.name(), from.completed());
        if (from.values() != null) {
            compare("parameter ", from.values(), trained.states().valuesView());
            try {
                trained.memory().requireValues();
            } catch (IllegalStateException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        Map<String, StateView> given = new HashMap<>();
        for (StateView state : from.states()) {
            if (given.put(state.name(), state) != null) {
                problems.add("state " + state.name() + " is given twice");
            }
        }
        Map<String, StateView> expected = new LinkedHashMap<>();
        trained.save().states().forEach(state -> expected.put(state.name(), state));
        expected.forEach((name, own) -> {
            StateView other = given.remove(name);
            if (other == null) {
                problems.add("state " + name + " is missing");
            } else if (compare("state ", other, own)) {
                requireShared(other, trained.states().sharedScalar(name));
                if (trained.states().isRowSteps(name)) {
                    requireSteps(other, from.completed());
                }
            }
        });
        from.states().stream()
                .filter(state -> given.containsKey(state.name()))
                .forEach(state -> problems.add("state " + state.name() + " is unexpected"));
    }

    private boolean compare(String what, StateView given, StateView own) {
        String found = "";
        if (!given.shape().equals(own.shape())) {
            found = "has shape " + given.shape() + ", not " + own.shape();
        } else if (given.type() != own.type()) {
            found = "is stored as " + given.type() + ", not " + own.type();
        } else if (given.values().byteSize() != own.values().byteSize()) {
            found = "has " + given.values().byteSize() + " bytes, not "
                    + own.values().byteSize();
        }
        if (!found.isEmpty()) {
            problems.add(what + own.name() + " " + found);
        }
        return found.isEmpty();
    }

    private void requireShared(StateView state, @Nullable Scalar number) {
        StateView first = number == null ? null : shared.putIfAbsent(number, state);
        if (first != null && bits(first) != bits(state)) {
            problems.add("states " + first.name() + " and " + state.name()
                    + " are one number that their link shares, but have two values");
        }
    }

    private void requireSteps(StateView steps, long completed) {
        for (long row = 0; row < steps.shape().elements(); row++) {
            double step = steps.type().read(steps.values(), row);
            if (!(step >= 0 && step <= completed && step == Math.rint(step))) {
                problems.add("state " + steps.name() + ": the last step of row " + row + " must be one of 0 … "
                        + completed + ", got " + step);
                return;
            }
        }
    }

    private static long bits(StateView number) {
        return number.values().get(ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    private void requireCount(String what, long completed) {
        if (completed < 0) {
            problems.add(what + ": the number of completed updates must be at least 0, got " + completed);
        }
    }
}
