package dev.gradus;

import dev.gradus.engine.ReductionOrder;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Spelling;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The groups and parameters of an optimizer: names are unique, values do not overlap, and no two parameters wait for
/// each other's reductions.
final class ParameterRegistry {
    private final OptimizerContext context;
    private final Map<String, TrainedGroup> groups = new LinkedHashMap<>();
    private final Map<String, TrainedParameter> parameters = new LinkedHashMap<>();
    private final Map<String, TrainedGroup> groupOf = new HashMap<>();

    private final ReductionOrders orders = new ReductionOrders();

    /// The groups, and the parameters in the order of their names, for steps, which must not allocate; null where they
    /// have changed since.
    private TrainedGroup @Nullable [] groupList;

    private TrainedParameter @Nullable [] byName;
    private boolean withMetrics;

    ParameterRegistry(OptimizerContext context) {
        this.context = context;
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

    /// Adds a group with its parameters.
    ///
    /// @throws IllegalArgumentException as [Optimizer#of(ParameterGroup...)] does; nothing has changed then
    void add(ParameterGroup from) {
        if (groups.containsKey(from.name())) {
            throw new IllegalArgumentException(
                    "there is already a group \"" + from.name() + "\": names must be unique");
        }
        TrainedGroup group = new TrainedGroup(from, context);
        add(group, from.parameters().stream().distinct().toList());
        groups.put(group.name(), group);
        groupList = null;
    }

    /// Adds a parameter to a group.
    ///
    /// @throws IllegalArgumentException as [Optimizer#of(ParameterGroup...)] does; nothing has changed then
    void add(String group, Parameter parameter) {
        add(group(group), List.of(parameter));
    }

    private void add(TrainedGroup group, List<Parameter> all) {
        List<TrainedParameter> added = new ArrayList<>();
        try {
            for (Parameter parameter : all) {
                requireNew(parameter);
                TrainedParameter trained = group.add(parameter);
                added.add(trained);
                register(trained, group);
            }
            group.hyperparameters().resolve(context.updates().completed());
            for (TrainedParameter trained : added) {
                trained.initializer().initialise();
                if (withMetrics) {
                    trained.tasks().recompile(true);
                }
            }
            requireProgress(added);
        } catch (RuntimeException | Error e) {
            group.remove(added);
            added.forEach(this::unregister);
            added.forEach(TrainedParameter::close);
            throw e;
        }
    }

    private void requireNew(Parameter parameter) {
        if (parameters.containsKey(parameter.name())) {
            throw new IllegalArgumentException(
                    "there is already a parameter \"" + parameter.name() + "\": names must be unique");
        }
        Parameter other = context.values().in(parameter.values());
        if (other != null) {
            throw new IllegalArgumentException("parameters \"" + other.name() + "\" and \"" + parameter.name()
                    + "\" share memory: give tied weights once, under one name");
        }
    }

    private void register(TrainedParameter added, TrainedGroup group) {
        parameters.put(added.name(), added);
        groupOf.put(added.name(), group);
        context.values().add(added.parameter());
        byName = null;
    }

    private void unregister(TrainedParameter removed) {
        parameters.remove(removed.name());
        groupOf.remove(removed.name());
        context.values().remove(removed.parameter());
        byName = null;
    }

    /// @throws IllegalArgumentException if parameters would wait for each other for ever
    private void requireProgress(Collection<TrainedParameter> added) {
        boolean isNew = false;
        for (TrainedParameter each : added) {
            isNew |= orders.add(each.tasks().stepProgram());
        }
        if (!isNew) {
            return;
        }
        Set<ReductionOrder> stuck = orders.stuck();
        for (TrainedParameter each : byName()) {
            if (stuck.contains(ReductionOrder.of(each.tasks().stepProgram()))) {
                added.forEach(one -> orders.remove(one.tasks().stepProgram()));
                throw new IllegalArgumentException("group \"" + groupOf(each).name()
                        + "\" and another reduce over all parameters in opposite orders, so that each waits for the"
                        + " other: put the links that they share in one order");
            }
        }
    }

    private TrainedGroup groupOf(TrainedParameter parameter) {
        return Objects.requireNonNull(groupOf.get(parameter.name()));
    }

    /// Removes a parameter.
    ///
    /// @throws IllegalArgumentException if there is no such parameter
    void remove(String name) {
        TrainedParameter removed = parameter(name);
        groupOf(removed).remove(List.of(removed));
        remove(List.of(removed));
    }

    /// Removes a group with all its parameters.
    ///
    /// @throws IllegalArgumentException if there is no such group
    void removeGroup(String name) {
        TrainedGroup group = group(name);
        groups.remove(name);
        groupList = null;
        remove(group.parameters());
    }

    private void remove(Collection<TrainedParameter> removed) {
        removed.forEach(each -> orders.remove(each.tasks().stepProgram()));
        removed.forEach(this::unregister);
        removed.forEach(TrainedParameter::close);
    }

    /// Binds the gradients that are given, and none to all other parameters.
    ///
    /// @param gradients by parameter name
    /// @throws IllegalArgumentException if a name is unknown or a gradient's size differs from the parameter's; nothing
    ///     has changed then
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

    /// Gives a state of all parameters its initial value anew.
    ///
    /// @throws IllegalArgumentException if no parameter has it
    /// @throws IllegalStateException if memory of a parameter is no longer there; nothing has changed then
    void recapture(String state) {
        for (TrainedParameter each : byName()) {
            each.memory().requireValues();
        }
        boolean isFound = false;
        for (TrainedParameter each : byName()) {
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
            effects.addAll(
                    group.hyperparameters().observe(metric, context.updates().completed()));
        }
        if (effects.isEmpty()) {
            throw new IllegalStateException("no hyperparameter follows a schedule that observes a metric");
        }
        return effects;
    }

    /// Frees the states of all parameters.
    void close() {
        Failures failures = new Failures();
        parameters.values().forEach(each -> failures.attempt(each::close));
        failures.throwFirst();
    }

    /// Compiles all steps anew, with or without the metrics that listeners get.
    void recompile(boolean metrics) {
        withMetrics = metrics;
        parameters.values().forEach(each -> each.tasks().recompile(metrics));
        byName = null;
        orders.clear();
        requireProgress(parameters.values());
    }
}
