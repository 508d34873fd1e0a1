package dev.gradus;

import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The step of a parameter of which some rows have a gradient: they are gathered from the parameter and its
/// states, run through the same program as a small parameter, and put back. What a step costs depends on these
/// rows alone.
final class SparseStep implements ParameterTask, AutoCloseable {
    private final Parameter parameter;
    private final Processor processor;
    private final ParameterInputs inputs;
    private final RowIndices indices = new RowIndices();
    private final RowBuffer buffer;
    private final @Nullable RowSteps steps;

    /// Null where rows miss steps without a gradient for good.
    private final @Nullable MissedSteps missed;

    /// @throws IllegalArgumentException if the rule's steps cannot be made row by row
    SparseStep(
            Parameter parameter, Processor processor, CpuProgram program, StateStore states, ParameterInputs inputs) {
        this.parameter = parameter;
        this.processor = processor;
        this.inputs = inputs;
        this.steps = states.rowSteps();
        requireRows(program.program(), states);
        this.buffer = new RowBuffer(processor, program, states, parameter.shape());
        this.missed = steps == null ? null : new MissedSteps(processor, buffer, steps, inputs.past());
    }

    private void requireRows(Program program, TaskMemory states) {
        if (parameter.shape().rank() == 0) {
            throw refusal("a single number has no rows");
        }
        boolean exact = steps != null;
        program.whyNotByRows(exact).ifPresent(why -> {
            throw refusal(why);
        });
        for (State state : program.states()) {
            if (!state.axes().isHost()) {
                Tensor tensor = states.state(state);
                boolean isBlocked = tensor.type().isEightBit();
                if (isBlocked || exact && tensor.rounding() != null) {
                    throw refusal("its state " + state + " is stored in " + tensor.type()
                            + ", of which single rows cannot be " + (isBlocked ? "written" : "caught up"));
                }
            }
        }
        if (exact && states.theta().rounding() != null) {
            throw refusal("it has no float32 copy, so that rows cannot be caught up");
        }
    }

    private IllegalArgumentException refusal(String why) {
        return new IllegalArgumentException(
                "parameter " + parameter.name() + " cannot have a gradient of rows: " + why);
    }

    /// Reads which rows the step to come updates.
    ///
    /// @throws IllegalArgumentException if an index is out of range
    void bind(RowGradient gradient) {
        indices.read(gradient, parameter.name(), parameter.shape().size(0));
        buffer.reserve(indices.count());
    }

    /// Brings the rows up to the step, gathers them and their gradients, and begins the step.
    @Override
    public Task begin(long step) {
        int[] rows = indices.rows();
        int count = indices.count();
        if (missed != null) {
            missed.catchUp(rows, count, step - 1);
        }
        Task task = buffer.task(count);
        buffer.beginRandom(step);
        buffer.gather(rows, count);
        Tensor gradient = buffer.zeroGradient(count);
        RowGradient given = Objects.requireNonNull(parameter.rowGradient());
        indices.sum(given.values(), parameter.gradientType(), buffer.perRow(), gradient.memory(), gradient.type());
        processor.begin(task, gradient, inputs);
        return task;
    }

    @Override
    public Kind kind() {
        return Kind.SPARSE_STEP;
    }

    /// Puts the rows back.
    @Override
    public void commit(long step) {
        int[] rows = indices.rows();
        int count = indices.count();
        buffer.scatter(rows, count);
        if (steps != null) {
            for (int i = 0; i < count; i++) {
                steps.set(rows[i], step);
            }
        }
    }

    /// Makes the steps up to the given one that any row has missed.
    void catchUp(long upTo) {
        if (missed != null) {
            missed.catchUpAll(upTo);
        }
    }

    @Override
    public void close() {
        buffer.close();
    }
}
