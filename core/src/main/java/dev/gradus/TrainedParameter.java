package dev.gradus;

import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.ParameterTasks.Outcome;
import dev.gradus.cpu.Processor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A parameter in training: its states, its step count, and its part in the step or event in progress.
final class TrainedParameter implements AutoCloseable {
    private final Parameter parameter;
    private final ParameterMemory memory;
    private final StateStore states;
    private final ParameterInputs inputs;
    private final StateInitializer initializer;
    private final ParameterTasks tasks;
    private final SharedNumber[] sharedNumbers;
    private boolean isFrozen;

    /// What the last step or event that included the parameter has done to it, or null if there was none or nothing
    /// is left of what it did.
    private @Nullable Outcome outcome;

    /// @param memory of the parameter
    /// @param states of the parameter, which are closed with it
    /// @param inputs of the parameter's steps
    TrainedParameter(
            Parameter parameter,
            Processor processor,
            CompiledRule rule,
            ParameterMemory memory,
            StateStore states,
            ParameterInputs inputs) {
        this.parameter = parameter;
        this.memory = memory;
        this.states = states;
        this.inputs = inputs;
        this.sharedNumbers = states.sharedNumbers(rule).toArray(SharedNumber[]::new);
        this.initializer = new StateInitializer(processor, rule, parameter.shape(), states, inputs);
        this.tasks = new ParameterTasks(parameter, processor, rule, memory, states, inputs);
    }

    Parameter parameter() {
        return parameter;
    }

    String name() {
        return parameter.name();
    }

    ParameterMemory memory() {
        return memory;
    }

    StateStore states() {
        return states;
    }

    /// Gives states their initial values, once the hyperparameters are resolved.
    StateInitializer initializer() {
        return initializer;
    }

    ParameterTasks tasks() {
        return tasks;
    }

    /// The number of the parameter's updates.
    UpdateCount updates() {
        return inputs.own();
    }

    /// Gives all states that are not shared their initial values anew, at the present values, and starts at step 1.
    void reset() {
        if (!isPartlyUpdated()) {
            tasks.restore();
        }
        initializer.recaptureOwn();
        updates().set(0);
        RowSteps rows = states.rowSteps();
        if (rows != null) {
            rows.setAll(0);
        }
        outcome = null;
    }

    /// The numbers that it shares with others and that depend on hyperparameters.
    SharedNumber[] sharedNumbers() {
        return sharedNumbers;
    }

    /// The value of a hyperparameter in the next step.
    ///
    /// @param place among the group's
    double hyperparameter(int place) {
        return inputs.hyper(place);
    }

    /// The name of its group.
    String group() {
        return states.group();
    }

    /// @throws IllegalArgumentException if a hyperparameter that depends on the parameter's updates is out of range
    void requireHyperparametersInRange() {
        inputs.requireInRange();
    }

    /// Takes part in the step to come, if there is a gradient and the parameter is not frozen.
    void joinStep() {
        if (isFrozen) {
            tasks.skip();
        } else {
            tasks.joinStep();
        }
    }

    /// Takes part in the event to come, if the rule knows it.
    ///
    /// @param isMode whether it changes the mode, which frozen parameters follow, too
    void joinEvent(String event, boolean isMode) {
        if (isFrozen && !isMode) {
            tasks.skip();
        } else {
            tasks.joinEvent(event);
        }
    }

    /// Completes the step or event that has run.
    Outcome complete() {
        outcome = tasks.complete();
        return outcome;
    }

    /// Whether values and states may not belong together, because a step, event or load failed.
    boolean isPartlyUpdated() {
        return outcome == Outcome.PARTLY_UPDATED;
    }

    void markPartlyUpdated() {
        outcome = Outcome.PARTLY_UPDATED;
    }

    /// What the last step or event that included the parameter has done to it.
    @Nullable
    Outcome outcome() {
        return outcome;
    }

    /// Whether steps leave the parameter out.
    boolean isFrozen() {
        return isFrozen;
    }

    void freeze(boolean frozen) {
        isFrozen = frozen;
    }

    /// Everything that a checkpoint has of the parameter, shared numbers among it.
    ParameterState save() {
        List<StateView> views = new ArrayList<>(states.ownViews());
        views.addAll(states.sharedViews());
        return new ParameterState(name(), updates().completed(), isFrozen, states.valuesView(), views);
    }

    /// Loads what was saved, which must fit.
    void load(ParameterState from) {
        updates().set(from.completed());
        isFrozen = from.isFrozen();
        if (from.values() != null) {
            parameter.values().copyFrom(from.values().values());
        }
        from.states().forEach(states::load);
        outcome = null;
    }

    @Override
    public void close() {
        tasks.close();
        states.close();
    }
}
