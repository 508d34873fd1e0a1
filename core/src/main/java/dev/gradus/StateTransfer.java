package dev.gradus;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.rule.Spelling;
import dev.gradus.schedule.Schedule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Shows, saves and loads the states of an optimizer.
final class StateTransfer {
    private final UpdateCount updates;
    private final ParameterRegistry registry;
    private final StepScheduler scheduler;

    StateTransfer(OptimizerContext context, ParameterRegistry registry, StepScheduler scheduler) {
        this.updates = context.updates();
        this.registry = registry;
        this.scheduler = scheduler;
    }

    /// All states: of parameters in the order of their names, of links, and the numbers that schedules remember.
    List<StateView> views() {
        List<StateView> views = new ArrayList<>();
        Map<String, StateView> shared = new LinkedHashMap<>();
        for (TrainedParameter parameter : registry.byName()) {
            views.addAll(parameter.states().ownViews());
            parameter.states().commonViews().forEach(view -> shared.putIfAbsent(view.name(), view));
        }
        views.addAll(shared.values());
        memory().forEach((name, value) -> views.add(StateView.number(name, value)));
        return views;
    }

    /// @throws IllegalArgumentException if there is no such state
    StateView view(String name) {
        List<StateView> all = views();
        return all.stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no state \"" + name + "\": "
                        + Spelling.help(name, all.stream().map(StateView::name).toList())));
    }

    /// What schedules remember of the metrics that they observed.
    private Map<String, Double> memory() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        registry.groups()
                .values()
                .forEach(group -> numbers.putAll(group.hyperparameters().memory()));
        return numbers;
    }

    /// The whole state, as views of live memory.
    ///
    /// @throws IllegalStateException if parameters may be updated in part
    OptimizerState save() {
        scheduler.requireWhole();
        return new OptimizerState(
                updates.completed(),
                scheduler.isEvaluating(),
                registry.groups().values().stream()
                        .flatMap(group -> group.parameters().stream())
                        .map(TrainedParameter::save)
                        .toList(),
                memory(),
                scheduler.pendingEvents());
    }

    /// The reasons why a state cannot be loaded, a sentence each.
    List<String> misfits(OptimizerState state) {
        return StateCheck.problems(state, registry.parameters(), memory().keySet());
    }

    /// Loads a state.
    ///
    /// @throws StateMismatchException if it does not fit; nothing has changed then
    void load(OptimizerState state) {
        List<String> problems = misfits(state);
        if (!problems.isEmpty()) {
            throw new StateMismatchException(problems);
        }
        for (TrainedParameter parameter : registry.byName()) {
            parameter.markPartlyUpdated();
        }
        Map<String, Integer> order = new HashMap<>();
        for (ParameterState parameter : state.parameters()) {
            order.put(parameter.name(), order.size());
            registry.parameter(parameter.name()).load(parameter);
        }
        registry.groups().values().forEach(group -> {
            group.sort(Comparator.comparing(parameter -> order.get(parameter.name())));
            group.hyperparameters().remember(state.numbers());
        });
        updates.set(state.completed());
        scheduler.setEvaluating(state.isEvaluating());
    }

    /// Loads a state for groups that get other settings with it.
    ///
    /// @param settings by the group's name
    /// @throws StateMismatchException if it does not fit; nothing has changed then
    /// @throws IllegalArgumentException if the settings do not fit; nothing has changed then
    void load(OptimizerState state, Map<String, Map<String, Schedule>> settings) {
        List<Runnable> undo = new ArrayList<>();
        try {
            settings.forEach((name, own) ->
                    undo.add(registry.group(name).hyperparameters().replace(own, state.completed())));
            SharedNumbers.requireEqual(registry.byName(), false);
            load(state);
        } catch (IllegalArgumentException e) {
            undo.forEach(Runnable::run);
            throw e;
        }
    }
}
