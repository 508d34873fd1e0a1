package dev.gradus;

import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.TaskInputs;
import org.jspecify.annotations.Nullable;

/// A step or event on the whole parameter.
final class WholeTask implements ParameterTask {
    private final Kind kind;
    private final CpuProgram program;
    private final Task task;
    private final Processor processor;
    private final ParameterMemory memory;
    private final TaskInputs inputs;

    /// The steps that the rows have made, or null where nobody counts them.
    private final @Nullable RowSteps rows;

    WholeTask(
            Kind kind,
            CpuProgram program,
            Processor processor,
            ParameterMemory memory,
            StateStore states,
            TaskInputs inputs) {
        this.kind = kind;
        this.program = program;
        this.task = processor.bind(program, memory.shape(), states);
        this.processor = processor;
        this.memory = memory;
        this.inputs = inputs;
        this.rows = states.rowSteps();
    }

    @Override
    public Kind kind() {
        return kind;
    }

    CpuProgram program() {
        return program;
    }

    /// Whether there has to be a gradient.
    boolean readsGradient() {
        return program.program().readsGradient();
    }

    @Override
    public Task begin(long step) {
        processor.begin(task, memory.gradient(), inputs);
        return task;
    }

    @Override
    public void commit(long step) {
        if (rows != null) {
            rows.setAll(step);
        }
    }
}
