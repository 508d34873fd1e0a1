package dev.gradus.cpu;

import dev.gradus.engine.RegisterLoader;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.program.HostCode;
import dev.gradus.program.Program;
import dev.gradus.program.Stage;
import dev.gradus.program.Variant.Total;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A program bound to one parameter, step after step. A [WorkerPool] begins it and advances it level by level until it
/// is complete. Before a level that needs totals, the caller fills them; nothing is allocated on the way.
public final class Task {
    /// A thread that never runs: memory that it may access is every thread's.
    private static final Thread OTHER = new Thread(() -> {});

    private final String name;
    private final Tensor theta;
    private final long elements;
    private final boolean readsGradient;
    private final Program.Selector selector;
    private final double[] conditions;
    private final BoundVariant[] variants;
    private final RegisterLoader inputs;
    private BoundVariant current;
    private int variant;
    private int stage;
    private boolean isShareable;
    private boolean isPrepared;
    private boolean hasWritten;
    private @Nullable Throwable failure;

    public Task(CpuProgram program, Shape shape, TaskMemory memory) {
        this(program, shape, shape, memory);
    }

    /// A program bound to rows of a parameter.
    ///
    /// @param shape of the rows
    /// @param whole the parameter's, whose sizes the rule means
    public Task(CpuProgram program, Shape shape, Shape whole, TaskMemory memory) {
        this.name = memory.name();
        this.theta = memory.theta();
        this.elements = shape.elements();
        readsGradient = program.program().readsGradient();
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
        variant = outcome;
        current = variants[outcome];
        current.begin(gradient, values);
        stage = 0;
        hasWritten = false;
        failure = null;
        isShareable = isShareable(theta) && isShareable(gradient);
    }

    private static boolean isShareable(@Nullable Tensor tensor) {
        return tensor == null || tensor.memory().isAccessibleBy(OTHER) && isShareable(tensor.rounded());
    }

    /// The parameter's name.
    String name() {
        return name;
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

    /// Whether there has to be a gradient.
    public boolean readsGradient() {
        return readsGradient;
    }

    /// The number of variants of the program.
    public int variants() {
        return variants.length;
    }

    /// Which variant the step in progress, or the last one, runs.
    public int variant() {
        return variant;
    }

    /// The host scalars that a variant combines with other parameters.
    public List<Total> totals(int variant) {
        return variants[variant].variant().totals();
    }

    /// The host scalars that the step in progress combines with other parameters.
    public List<Total> totals() {
        return current.variant().totals();
    }

    /// The next level to run.
    public int level() {
        List<Stage> stages = current.variant().stages();
        return stage < stages.size() ? stages.get(stage).level() : current.variant().end() + 1;
    }

    public boolean isComplete() {
        return stage == current.variant().stages().size();
    }

    /// Whether the step in progress, or the last one, may have written to the parameter or its states.
    public boolean hasWritten() {
        return hasWritten;
    }

    /// The cause by which the step in progress, or the last one, failed, or null. A failed step does not go on.
    public @Nullable Throwable failure() {
        return failure;
    }

    /// Where the step failed and why, to end a sentence with: `"w": Already closed`.
    public String explanation() {
        Throwable cause = Objects.requireNonNull(failure);
        String message = cause.getMessage();
        return "\"" + name + "\": " + (message == null ? cause.toString() : message);
    }

    /// Marks the step as failed; the first cause counts.
    public void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
    }

    /// Whether it has to stop before the next stage: because it is complete, has failed, or waits for totals.
    boolean isBlocked() {
        if (isComplete() || failure != null) {
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

    /// Runs the next stages, for the first of which the totals have been filled, on this thread.
    void advance(Worker worker) {
        do {
            if (current.prepare(stage, worker, null) > 0) {
                hasWritten |= current.writes(stage);
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
            hasWritten = true;
        }
        current.run(stage, chunk, worker, common);
    }

    /// Completes the stage after its last chunk.
    void finishStage(Worker worker) {
        current.finish(stage);
        stage++;
        if (!isPrepared && isComplete()) {
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

    public void fill(Total total, double value) {
        current.setScalar(total.register(), value);
    }

    public double contribution(Total total) {
        return current.scalar(total.operand());
    }

    /// Whether the completed step took place.
    public boolean isCommitted() {
        return current.isCommitted();
    }

    /// The states with one number that the completed step writes.
    public List<State> numbers() {
        return current.numbers();
    }

    /// The new value of a state with one number by the completed step.
    public double number(State state) {
        return current.number(state);
    }

    /// A metric of the completed step.
    public double metric(int index) {
        return current.scalar(current.variant().metrics()[index]);
    }
}
