package dev.gradus;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Spelling;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The groups and parameters of an optimizer, by name, in order, and by the memory of their values.
final class ParameterRegistry {
    private final UpdateCount updates;
    private final ValueMemory values;
    private final Map<String, TrainedGroup> groups = new LinkedHashMap<>();
    private final Map<String, TrainedParameter> parameters = new LinkedHashMap<>();
    private final Map<String, TrainedGroup> groupOf = new HashMap<>();

    /// The groups, and the parameters in the order of their names, for steps, which must not allocate; null where
    /// they have changed since.
    private TrainedGroup @Nullable [] groupList;

    private TrainedParameter @Nullable [] byName;

    ParameterRegistry(OptimizerContext context) {
        this.updates = context.updates();
        this.values = context.values();
    }

    /// The groups by name.
    Map<String, TrainedGroup> groups() {
        return groups;
    }

    /// The groups in the order in which they were added.
    TrainedGroup[] groupList() {
        if (groupList == null) {
            groupList = groups.values().toArray(TrainedGroup[]::new);
        }
        return groupList;
    }

    /// The parameters by name, in the order in which they were added.
    Map<String, TrainedParameter> parameters() {
        return parameters;
    }

    /// The parameters in the order of their names; another array after each change.
    TrainedParameter[] byName() {
        if (byName == null) {
            byName = parameters.values().stream()
                    .sorted(Comparator.comparing(TrainedParameter::name))
                    .toArray(TrainedParameter[]::new);
        }
        return byName;
    }

    /// @throws IllegalArgumentException if there is no such group
    TrainedGroup group(String name) {
        TrainedGroup group = groups.get(name);
        if (group == null) {
            throw new IllegalArgumentException(
                    "there is no group \"" + name + "\": " + Spelling.help(name, groups.keySet()));
        }
        return group;
    }

    /// @throws IllegalArgumentException if there is no such parameter
    TrainedParameter parameter(String name) {
        TrainedParameter parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalArgumentException(
                    "there is no parameter \"" + name + "\": " + Spelling.help(name, parameters.keySet()));
        }
        return parameter;
    }

    /// The parameters that a mask matches, in the order of their names.
    ///
    /// @throws IllegalArgumentException if there is none
    List<TrainedParameter> matching(Mask mask) {
        List<TrainedParameter> matching = Arrays.stream(byName())
                .filter(each -> mask.matches(each.name(), each.parameter().shape()))
                .toList();
        if (matching.isEmpty()) {
            throw new IllegalArgumentException(
                    "no parameter matches " + mask + ": there are " + String.join(", ", parameters.keySet()));
        }
        return matching;
    }

    /// Leaves parameters out of all steps to come, or takes them in again.
    ///
    /// @throws IllegalArgumentException if no parameter matches
    void freeze(Mask mask, boolean frozen) {
        matching(mask).forEach(parameter -> parameter.freeze(frozen));
    }

    /// The group of a parameter.
    TrainedGroup groupOf(TrainedParameter parameter) {
        return Objects.requireNonNull(groupOf.get(parameter.name()));
    }

    /// @throws IllegalArgumentException if there is a group of the same name
    void requireNew(ParameterGroup group) {
        if (groups.containsKey(group.name())) {
            throw new IllegalArgumentException(
                    "there is already a group \"" + group.name() + "\": names must be unique");
        }
    }

    /// @throws IllegalArgumentException if there is a parameter of the same name or in the same memory
    void requireNew(Parameter parameter) {
        if (parameters.containsKey(parameter.name())) {
            throw new IllegalArgumentException(
                    "there is already a parameter \"" + parameter.name() + "\": names must be unique");
        }
        Parameter other = values.in(parameter.values());
        if (other != null) {
            throw new IllegalArgumentException("parameters \"" + other.name() + "\" and \"" + parameter.name()
                    + "\" share memory: give tied weights once, under one name");
        }
    }

    void add(TrainedGroup group) {
        groups.put(group.name(), group);
        groupList = null;
    }

    void remove(TrainedGroup group) {
        groups.remove(group.name());
        groupList = null;
    }

    void add(TrainedParameter parameter, TrainedGroup group) {
        parameters.put(parameter.name(), parameter);
        groupOf.put(parameter.name(), group);
        values.add(parameter.parameter());
        byName = null;
    }

    void remove(TrainedParameter parameter) {
        parameters.remove(parameter.name());
        groupOf.remove(parameter.name());
        values.remove(parameter.parameter());
        byName = null;
    }

    /// Compiles all steps anew, with or without the metrics that listeners get.
    void recompile(boolean withMetrics) {
        parameters.values().forEach(each -> each.tasks().recompile(withMetrics));
        byName = null;
    }

    /// Binds the gradients that are given, and none to all other parameters.
    ///
    /// @param gradients by parameter name
    /// @throws IllegalArgumentException if a name is unknown or a gradient's size differs from the parameter's;
    ///     nothing has changed then
    void bindGradients(Map<String, MemorySegment> gradients) {
        gradients.forEach((name, gradient) -> {
            long expected = parameter(name).parameter().values().byteSize();
            if (gradient.byteSize() != expected) {
                throw new IllegalArgumentException("parameter " + name + ": its gradient must have " + expected
                        + " bytes, got " + gradient.byteSize());
            }
        });
        for (TrainedParameter each : byName()) {
            MemorySegment gradient = gradients.get(each.name());
            Parameter ignored = gradient == null
                    ? each.parameter().withoutGradient()
                    : each.parameter().gradient(gradient);
        }
    }

    /// Fills all bound gradients with zeros.
    ///
    /// @throws IllegalStateException if one cannot be filled; nothing has changed then
    void zeroGradients() {
        for (TrainedParameter each : byName()) {
            each.memory().requireWritableGradient();
        }
        for (TrainedParameter each : byName()) {
            each.memory().zeroGradient();
        }
    }

    /// Gives a state of some parameters its initial value anew.
    ///
    /// @param names of the parameters
    /// @throws IllegalArgumentException if a name is unknown, or no parameter has the state
    /// @throws IllegalStateException if memory of a parameter is no longer there; nothing has changed then
    void recapture(String state, Set<String> names) {
        List<TrainedParameter> some =
                names.stream().sorted().map(this::parameter).toList();
        some.forEach(each -> each.memory().requireValues());
        boolean isFound = false;
        for (TrainedParameter each : some) {
            isFound |= each.initializer().recapture(state);
        }
        if (!isFound) {
            throw new IllegalArgumentException("no parameter has a state \"" + state + "\"");
        }
    }

    /// Gives all states of some parameters their initial values anew, and lets them start at step 1.
    ///
    /// @throws IllegalArgumentException if no parameter matches
    /// @throws IllegalStateException if memory of a parameter is no longer there; nothing has changed then
    void reset(Mask mask) {
        List<TrainedParameter> matching = matching(mask);
        matching.forEach(each -> each.memory().requireValues());
        matching.forEach(TrainedParameter::reset);
    }

    /// Tells a metric to all schedules that observe one.
    ///
    /// @return for each of them, what makes it remember the metric
    /// @throws IllegalStateException if there is none
    List<Runnable> observe(double metric) {
        List<Runnable> effects = new ArrayList<>();
        for (TrainedGroup group : groupList()) {
            effects.addAll(group.hyperparameters().observe(metric, updates.completed()));
        }
        if (effects.isEmpty()) {
            throw new IllegalStateException("no hyperparameter follows a schedule that observes a metric");
        }
        return effects;
    }
}
