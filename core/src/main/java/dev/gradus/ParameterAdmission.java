package dev.gradus;

import dev.gradus.engine.ReductionOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/// Adds groups and parameters to an optimizer and removes them: names are unique, values do not overlap, and no
/// two parameters wait for each other's reductions. What is refused leaves no trace.
final class ParameterAdmission {
    private final OptimizerContext context;
    private final ParameterRegistry registry;
    private final ReductionOrders orders = new ReductionOrders();
    private boolean withMetrics;

    ParameterAdmission(OptimizerContext context, ParameterRegistry registry) {
        this.context = context;
        this.registry = registry;
    }

    /// Adds a group with its parameters.
    ///
    /// @throws IllegalArgumentException as [Optimizer#of(ParameterGroup...)] does; nothing has changed then
    void add(ParameterGroup from) {
        registry.requireNew(from);
        TrainedGroup group = new TrainedGroup(from, context);
        add(group, from.parameters().stream().distinct().toList());
        registry.add(group);
    }

    /// Adds a parameter to a group.
    ///
    /// @throws IllegalArgumentException as [Optimizer#of(ParameterGroup...)] does; nothing has changed then
    void add(String group, Parameter parameter) {
        add(registry.group(group), List.of(parameter));
    }

    private void add(TrainedGroup group, List<Parameter> parameters) {
        List<TrainedParameter> added = new ArrayList<>();
        try {
            for (Parameter parameter : parameters) {
                registry.requireNew(parameter);
                TrainedParameter trained = group.add(parameter);
                added.add(trained);
                registry.add(trained, group);
            }
            group.hyperparameters().resolve(context.updates().completed());
            for (TrainedParameter trained : added) {
                trained.initializer().initialise();
                if (withMetrics) {
                    trained.tasks().recompile(true);
                }
            }
            if (added.stream().anyMatch(each -> each.sharedNumbers().length > 0)) {
                SharedNumbers.requireEqual(registry.parameters().values().toArray(TrainedParameter[]::new), false);
            }
            requireProgress(added);
        } catch (RuntimeException | Error e) {
            group.remove(added);
            added.forEach(registry::remove);
            added.forEach(TrainedParameter::close);
            throw e;
        }
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
        for (TrainedParameter each : registry.byName()) {
            if (stuck.contains(ReductionOrder.of(each.tasks().stepProgram()))) {
                added.forEach(one -> orders.remove(one.tasks().stepProgram()));
                throw new IllegalArgumentException(
                        "group \"" + registry.groupOf(each).name()
                                + "\" and another reduce over all parameters in opposite orders, so that each waits for the"
                                + " other: put the links that they share in one order");
            }
        }
    }

    /// Removes a parameter.
    ///
    /// @throws IllegalArgumentException if there is no such parameter
    void remove(String name) {
        TrainedParameter removed = registry.parameter(name);
        registry.groupOf(removed).remove(List.of(removed));
        remove(List.of(removed));
    }

    /// Removes a group with all its parameters.
    ///
    /// @throws IllegalArgumentException if there is no such group
    void removeGroup(String name) {
        TrainedGroup group = registry.group(name);
        registry.remove(group);
        remove(group.parameters());
    }

    private void remove(Collection<TrainedParameter> removed) {
        removed.forEach(each -> orders.remove(each.tasks().stepProgram()));
        removed.forEach(registry::remove);
        removed.forEach(TrainedParameter::close);
    }

    /// Compiles all steps anew, with or without the metrics that listeners get.
    void recompile(boolean metrics) {
        withMetrics = metrics;
        registry.recompile(metrics);
        orders.clear();
        requireProgress(registry.parameters().values());
    }

    /// Frees the states of all parameters, and ends what runs their steps.
    void close() {
        Failures failures = new Failures();
        registry.parameters().values().forEach(each -> failures.attempt(each::close));
        failures.attempt(context.processor()::close);
        failures.throwFirst();
    }
}
