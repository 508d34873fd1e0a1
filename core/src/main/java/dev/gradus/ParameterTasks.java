package dev.gradus;

import dev.gradus.ParameterTask.Kind;
import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.TaskStatus;
import dev.gradus.program.Program;
import dev.gradus.program.Variant;
import dev.gradus.rule.Displacement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The steps and events of one parameter, and which of them it runs at present.
final class ParameterTasks implements AutoCloseable {
    /// What a step or event has done to a parameter.
    enum Outcome {
        UPDATED,
        /// Values and states may not belong together.
        PARTLY_UPDATED,
        UNTOUCHED
    }

    private final Parameter parameter;
    private final Processor processor;
    private final CompiledRule rule;
    private final ParameterMemory memory;
    private final StateStore states;
    private final ParameterInputs inputs;
    private final Map<String, WholeTask> events = new LinkedHashMap<>();
    private WholeTask step;
    private @Nullable SparseStep sparseStep;

    /// What the step or event in progress, or the last one, runs; null where it leaves the parameter out.
    private @Nullable ParameterTask running;

    private @Nullable TaskStatus status;

    /// Says whether an event has displaced the parameter; null where none does so.
    private final @Nullable Scalar displaced;

    private final @Nullable WholeTask restoring;

    ParameterTasks(
            Parameter parameter,
            Processor processor,
            CompiledRule rule,
            ParameterMemory memory,
            StateStore states,
            ParameterInputs inputs) {
        this.parameter = parameter;
        this.processor = processor;
        this.rule = rule;
        this.memory = memory;
        this.states = states;
        this.inputs = inputs;
        this.step = wholeStep(false);
        Displacement.States displacement = rule.displacement();
        this.displaced = displacement == null ? null : states.scalar(displacement.flag());
        this.restoring = displacement == null
                ? null
                : new WholeTask(Kind.EVENT, rule.restoringProgram(displacement), processor, memory, states, inputs);
        for (String event : rule.events().keySet()) {
            CpuProgram program = rule.eventProgram(event);
            events.put(event, new WholeTask(Kind.EVENT, program, processor, memory, states, inputs));
        }
    }

    private WholeTask wholeStep(boolean withMetrics) {
        CpuProgram program = rule.stepProgram(withMetrics);
        return new WholeTask(Kind.WHOLE_STEP, program, processor, memory, states, inputs);
    }

    /// Compiles the step anew, with or without the metrics that listeners get.
    void recompile(boolean withMetrics) {
        step = wholeStep(withMetrics);
        close();
    }

    private SparseStep sparseStep() {
        if (sparseStep == null) {
            sparseStep = new SparseStep(parameter, processor, step.program(), states, inputs);
        }
        return sparseStep;
    }

    /// The program of steps, on the whole parameter or on rows.
    Program stepProgram() {
        return step.program().program();
    }

    /// The variants that an event may run; none if the rule does not know it.
    List<Variant> eventVariants(String event) {
        WholeTask task = events.get(event);
        return task == null ? List.of() : task.program().program().variants();
    }

    /// Leaves the parameter out of the step or event to come.
    void skip() {
        running = null;
    }

    /// Takes part in the step to come if there is a gradient.
    ///
    /// @throws IllegalArgumentException if an index of the gradient is out of range, or the rule cannot update rows
    /// @throws IllegalStateException if memory is not there for this thread, or the gradient's is that of values
    void joinStep() {
        running = null;
        if (parameter.hasGradient()) {
            memory.bind();
            RowGradient rows = parameter.rowGradient();
            if (rows == null) {
                running = step;
            } else {
                SparseStep ofRows = sparseStep();
                ofRows.bind(rows);
                running = ofRows;
            }
        }
    }

    /// Takes part in the event to come if the rule knows it and there is the gradient that it needs.
    ///
    /// @throws IllegalStateException as [#joinStep] does, or if the event needs more than a gradient of rows
    void joinEvent(String event) {
        running = null;
        WholeTask task = events.get(event);
        if (task == null || task.readsGradient() && !parameter.hasGradient()) {
            return;
        }
        if (task.readsGradient() && parameter.rowGradient() != null) {
            throw new IllegalStateException("parameter " + parameter.name() + " has a gradient of rows, but " + event
                    + " needs one of the whole parameter");
        }
        memory.bind();
        running = task;
    }

    /// Whether the step or event in progress, or the last one, includes the parameter.
    boolean isRunning() {
        return running != null;
    }

    /// Whether an event has displaced the parameter, and no step has taken place since.
    boolean isDisplaced() {
        return displaced != null && displaced.value() != 0;
    }

    /// The events that displace the parameter.
    List<String> displacingEvents() {
        return rule.displacingEvents();
    }

    /// Prepares a displaced parameter for the step to come: a step of rows, which moves only these, begins where the
    /// parameter was.
    ///
    /// @throws IllegalStateException if memory is not there for this thread
    void prepareDisplaced() {
        if (isDisplaced()) {
            memory.bind();
            if (running != null && running.kind() != Kind.WHOLE_STEP) {
                restore();
            }
        }
    }

    /// Puts the parameter back that a step has left displaced, because it did not take place.
    void restoreAfterStep() {
        if (isDisplaced() && (running == null || status().isComplete())) {
            restore();
        }
    }

    /// Puts a displaced parameter back to where it was.
    void restore() {
        if (isDisplaced()) {
            memory.bind();
            states.beginRandom(-inputs.own().completed() - 1);
            Task task = Objects.requireNonNull(restoring).begin(inputs.own().completed() + 1);
            processor.run(task);
            states.writeNumbers(task.status());
        }
    }

    /// Makes the steps that rows have missed.
    void catchUp() {
        if (states.rowSteps() != null) {
            sparseStep().catchUp(inputs.own().completed());
        }
    }

    /// Makes the steps that rows have missed before a step on all of them. A sparse step lets its own rows catch
    /// up.
    void catchUpBeforeStep() {
        if (running != null && running.kind() == Kind.WHOLE_STEP) {
            catchUp();
        }
    }

    /// Begins the step or event that the parameter takes part in.
    ///
    /// @return the task to run
    Task begin() {
        ParameterTask begun = Objects.requireNonNull(running);
        long next = inputs.own().completed() + 1;
        // An event between two steps draws other random numbers than they do.
        states.beginRandom(begun.kind() == Kind.EVENT ? -next : next);
        Task task = begun.begin(next);
        status = task.status();
        return task;
    }

    /// How far the step or event that the parameter takes part in has got, once it has begun.
    TaskStatus status() {
        return Objects.requireNonNull(status);
    }

    /// Completes the step or event that has run: puts rows back, writes numbers, and counts a step that took place.
    /// If that fails, the task has failed; after a task that had failed before, the parameter stays as it is.
    Outcome complete() {
        TaskStatus done = status();
        if (!done.isComplete()) {
            return done.hasWritten() ? Outcome.PARTLY_UPDATED : Outcome.UNTOUCHED;
        }
        ParameterTask ended = Objects.requireNonNull(running);
        boolean isCounted = ended.kind() != Kind.EVENT && done.isCommitted();
        try {
            if (isCounted) {
                ended.commit(inputs.own().completed() + 1);
            }
        } catch (Throwable e) {
            done.fail(e);
            return Outcome.PARTLY_UPDATED;
        }
        states.writeNumbers(done);
        if (isCounted) {
            inputs.own().increment();
        }
        return done.isCommitted() ? Outcome.UPDATED : Outcome.UNTOUCHED;
    }

    @Override
    public void close() {
        if (sparseStep != null) {
            sparseStep.close();
            sparseStep = null;
        }
    }
}
