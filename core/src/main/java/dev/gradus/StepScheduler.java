package dev.gradus;

import dev.gradus.ParameterTasks.Outcome;
import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.CrossReductions;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.schedule.Schedule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Takes all parameters through steps and events: decides which take part, begins their tasks, has them run
/// side by side, and completes them.
final class StepScheduler {
    private final Processor processor;
    private final UpdateCount updates;
    private final ParameterRegistry registry;
    private final StepListeners listeners;
    private boolean isEvaluating;

    /// The parameters in the order of their names, and the task that each runs, as far as it takes part.
    private TrainedParameter[] parameters = {};

    private @Nullable Task[] tasks = {};

    /// What steps and events combine over parameters.
    private CrossReductions stepReductions = new CrossReductions(List.of());

    private final Map<String, CrossReductions> eventReductions = new HashMap<>();

    StepScheduler(OptimizerContext context, ParameterRegistry registry, StepListeners listeners) {
        this.processor = context.processor();
        this.updates = context.updates();
        this.registry = registry;
        this.listeners = listeners;
    }

    /// Makes a step.
    ///
    /// @see Optimizer#step()
    void step() {
        requireWhole();
        requireTraining();
        arrange();
        boolean isAnyRunning = false;
        for (TrainedParameter parameter : parameters) {
            parameter.joinStep();
            isAnyRunning |= parameter.tasks().isRunning();
        }
        if (!isAnyRunning) {
            cancelEvent();
            return;
        }
        evaluateHyperparameters();
        for (TrainedParameter parameter : parameters) {
            parameter.tasks().prepareDisplaced();
            parameter.tasks().catchUpBeforeStep();
        }
        if (run(stepReductions)) {
            updates.increment();
        }
        for (TrainedParameter parameter : parameters) {
            parameter.tasks().restoreAfterStep();
        }
        StepResult.requireComplete("the step", parameters);
        listeners.report(registry.groups().values(), updates.completed());
    }

    /// Lets a hyperparameter follow a schedule from the next step on.
    ///
    /// @see Optimizer#set(String, String, Schedule)
    void set(String group, String hyperparameter, Schedule schedule) {
        Hyperparameters changed = registry.group(group).hyperparameters();
        catchUp();
        Runnable undo = changed.undo();
        changed.set(hyperparameter, schedule, updates.completed());
        try {
            SharedNumbers.requireEqual(registry.byName(), false);
        } catch (IllegalArgumentException e) {
            undo.run();
            throw e;
        }
    }

    /// Puts all parameters back that events have displaced.
    ///
    /// @see Optimizer#cancelEvent
    void cancelEvent() {
        requireWhole();
        for (TrainedParameter parameter : registry.byName()) {
            parameter.tasks().restore();
        }
    }

    /// The events that have displaced parameters which await their step.
    Set<String> pendingEvents() {
        Set<String> events = new TreeSet<>();
        for (TrainedParameter parameter : registry.byName()) {
            if (parameter.tasks().isDisplaced()) {
                events.addAll(parameter.tasks().displacingEvents());
            }
        }
        return events;
    }

    /// @param what is possible only while no event awaits its step, to begin a sentence with
    /// @throws IllegalStateException if one does
    void requireNoPendingEvent(String what) {
        Set<String> events = pendingEvents();
        if (!events.isEmpty()) {
            throw new IllegalStateException(what + " is refused between the event \"" + String.join("\", \"", events)
                    + "\" and its step: make the step, or call cancelEvent(), which puts the parameters back");
        }
    }

    private void evaluateHyperparameters() {
        for (TrainedGroup group : registry.groupList()) {
            group.hyperparameters().evaluate(updates.completed());
        }
        for (TrainedParameter parameter : parameters) {
            if (parameter.tasks().isRunning()) {
                parameter.requireHyperparametersInRange();
            }
        }
        SharedNumbers.requireEqual(parameters, true);
    }

    /// Lets the rules react to an event.
    ///
    /// @see Optimizer#fire
    void fire(String event) {
        Set<String> known = new TreeSet<>();
        registry.groups().values().forEach(group -> known.addAll(group.rule().events()));
        if (!known.contains(event)) {
            throw new IllegalArgumentException(
                    "no rule knows the event \"" + event + "\": " + Spelling.help(event, known));
        }
        switch (event) {
            case Rule.EVALUATE -> evaluate();
            case Rule.TRAIN -> train();
            default -> {
                requireWhole();
                requireTraining();
                fire(event, false);
            }
        }
    }

    private void fire(String event, boolean isMode) {
        arrange();
        boolean isAnyRunning = false;
        for (TrainedParameter parameter : parameters) {
            parameter.joinEvent(event, isMode);
            isAnyRunning |= parameter.tasks().isRunning();
        }
        if (isAnyRunning) {
            boolean ignored = run(eventReductions.computeIfAbsent(event, this::reductionsOf));
            try {
                StepResult.requireComplete("the event " + event, parameters);
            } catch (IncompleteStepException e) {
                if (isMode) {
                    // The mode stays what it was, which does not fit what was updated.
                    e.updated().forEach(name -> registry.parameter(name).markPartlyUpdated());
                }
                throw e;
            }
        }
    }

    /// Runs the step or event of all parameters that take part.
    ///
    /// @return whether it took place for any
    private boolean run(CrossReductions reductions) {
        for (int i = 0; i < parameters.length; i++) {
            ParameterTasks own = parameters[i].tasks();
            tasks[i] = own.isRunning() ? own.begin() : null;
        }
        processor.run(tasks, reductions);
        boolean tookPlace = false;
        for (TrainedParameter parameter : parameters) {
            if (parameter.tasks().isRunning()) {
                tookPlace |= parameter.complete() == Outcome.UPDATED;
            }
        }
        return tookPlace;
    }

    /// Follows changes of the registry.
    private void arrange() {
        TrainedParameter[] present = registry.byName();
        if (present != parameters) {
            parameters = present;
            tasks = new Task[present.length];
            stepReductions = new CrossReductions(Arrays.stream(present)
                    .map(parameter -> parameter.tasks().stepProgram().variants())
                    .toList());
            eventReductions.clear();
        }
    }

    private CrossReductions reductionsOf(String event) {
        return new CrossReductions(Arrays.stream(parameters)
                .map(parameter -> parameter.tasks().eventVariants(event))
                .toList());
    }

    /// Puts the weights in place that are to be evaluated.
    void evaluate() {
        if (!isEvaluating) {
            requireNoPendingEvent("evaluate()");
            catchUp();
            fire(Rule.EVALUATE, true);
            isEvaluating = true;
        }
    }

    /// Puts the weights back that are trained.
    void train() {
        if (isEvaluating) {
            requireWhole();
            fire(Rule.TRAIN, true);
            isEvaluating = false;
        }
    }

    /// Makes the steps that rows have missed.
    void catchUp() {
        requireWhole();
        for (TrainedParameter parameter : registry.byName()) {
            parameter.tasks().catchUp();
        }
    }

    /// Whether the parameters hold the weights that are to be evaluated.
    boolean isEvaluating() {
        return isEvaluating;
    }

    /// Takes the mode over from a state that was loaded.
    void setEvaluating(boolean evaluating) {
        isEvaluating = evaluating;
    }

    /// Does something that is possible only while the parameters hold the weights that are trained.
    ///
    /// @throws IllegalStateException in evaluation mode
    void whileTraining(Runnable action) {
        requireTraining();
        action.run();
    }

    /// Does something that is possible only while no event awaits its step.
    ///
    /// @param what it is, to begin a sentence with
    /// @throws IllegalStateException if one does
    void whileSettled(String what, Runnable action) {
        requireNoPendingEvent(what);
        action.run();
    }

    private void requireTraining() {
        if (isEvaluating) {
            throw new IllegalStateException("the optimizer is in evaluation mode: call train() first");
        }
    }

    /// @throws IllegalStateException if a step, event or load that failed may have left parameters updated in part
    void requireWhole() {
        for (TrainedParameter parameter : registry.byName()) {
            if (parameter.isPartlyUpdated()) {
                throw new IllegalStateException("parameters that may be updated in part, because a step or load failed,"
                        + " must be loaded, reset or removed first: "
                        + Arrays.stream(registry.byName())
                                .filter(TrainedParameter::isPartlyUpdated)
                                .map(TrainedParameter::name)
                                .collect(Collectors.joining(", ")));
            }
        }
    }
}
