package dev.gradus.cpu;

import dev.gradus.engine.RegisterLoader;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.TaskStatus;
import dev.gradus.engine.Tensor;
import dev.gradus.program.HostCode;
import dev.gradus.program.Program;
import dev.gradus.program.Stage;
import dev.gradus.program.Variant.Total;
import dev.gradus.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A program bound to one parameter, step after step: begun by a [Processor], then taken level by level until complete.
/// Before a level that needs totals, the caller fills them; nothing is allocated on the way.
public final class Task {
    /// A thread that never runs: memory that it may access is every thread's.
    private static final Thread OTHER = new Thread(() -> {});

    private final TaskStatus status;
    private final Tensor theta;
    private final long elements;
    private final Program.Selector selector;
    private final double[] conditions;
    private final BoundVariant[] variants;
    private final RegisterLoader inputs;
    private BoundVariant current;
    private int stage;
    private boolean isShareable;
    private boolean isPrepared;

    public Task(CpuProgram program, Shape shape, TaskMemory memory) {
        this(program, shape, shape, memory);
    }

    /// A program bound to rows of a parameter.
    ///
    /// @param shape of the rows
    /// @param whole the parameter's, whose sizes the rule means
    public Task(CpuProgram program, Shape shape, Shape whole, TaskMemory memory) {
        this.status = new TaskStatus(memory.name(), program.program().variants());
        this.theta = memory.theta();
        this.elements = shape.elements();
        selector = program.program().selector();
        conditions = new double[selector.registers()];
        inputs = new RegisterLoader(selector.inputs(), conditions, whole, memory);
        variants = program.variants().stream()
                .map(variant -> new BoundVariant(variant, shape, whole, memory))
                .toArray(BoundVariant[]::new);
        current = variants[0];
    }

    /// Begins a step: decides which variant of the program runs, and loads its inputs.
    ///
    /// @param gradient null only for a program that reads none
    void begin(@Nullable Tensor gradient, TaskInputs values, Worker worker) {
        inputs.load(values);
        HostCode.run(selector.code(), conditions, worker.workspace.power);
        int outcome = 0;
        for (int i = 0; i < selector.conditions().length; i++) {
            if (conditions[selector.conditions()[i]] != 0) {
                outcome |= 1 << i;
            }
        }
        current = variants[outcome];
        current.begin(gradient, values);
        stage = 0;
        status.begin(outcome, current.registers());
        report();
        isShareable = isShareable(theta) && isShareable(gradient);
    }

    private static boolean isShareable(@Nullable Tensor tensor) {
        return tensor == null || tensor.memory().isAccessibleBy(OTHER) && isShareable(tensor.rounded());
    }

    /// How far the step in progress, or the last one, has got.
    public TaskStatus status() {
        return status;
    }

    long elements() {
        return elements;
    }

    /// Whether other threads than the caller's may access the parameter and its gradient.
    boolean isShareable() {
        return isShareable;
    }

    /// Whether its stages leave each other values of the parameter's own shape.
    boolean keepsScratch() {
        return current.keepsScratch();
    }

    /// Reports what comes next.
    private void report() {
        List<Stage> stages = current.variant().stages();
        if (stage == stages.size()) {
            status.complete();
        } else {
            status.reach(stages.get(stage).level());
        }
    }

    /// Whether it has to stop before the next stage: because it is complete, has failed, or waits for totals.
    boolean isBlocked() {
        if (!status.isOpen()) {
            return true;
        }
        Stage next = current.variant().stages().get(stage);
        List<Total> totals = current.variant().totals();
        for (int i = 0; i < totals.size(); i++) {
            if (next.isFirst() && totals.get(i).level() == next.level()) {
                return true;
            }
        }
        return false;
    }

    /// Runs the next stages on this thread. The totals of the first have been filled.
    void advance(Worker worker) {
        do {
            if (current.prepare(stage, worker, null) > 0) {
                if (current.writes(stage)) {
                    status.write();
                }
                current.runWhole(stage, worker);
            }
            finishStage(worker);
        } while (!isBlocked());
    }

    /// Prepares the next stage, which threads run chunk by chunk.
    ///
    /// @return the number of chunks
    long prepareStage(Worker worker, Scratch common) {
        current.reserve(common);
        return current.prepare(stage, worker, common);
    }

    /// Runs a chunk of the stage that has been prepared.
    void runChunk(long chunk, Worker worker, Scratch common) {
        if (current.writes(stage)) {
            status.write();
        }
        current.run(stage, chunk, worker, common);
    }

    /// Completes the stage after its last chunk.
    void finishStage(Worker worker) {
        current.finish(stage);
        stage++;
        report();
        if (!isPrepared && status.isComplete()) {
            prepareKernels(worker);
        }
    }

    /// Prepares the kernels of all variants, so that none is missing when a later step runs another. That begins at the
    /// end of the first step, which is slow enough without it.
    private void prepareKernels(Worker worker) {
        for (BoundVariant each : variants) {
            each.prepareKernels(current, worker);
        }
        isPrepared = true;
    }
}
