package dev.gradus.cpu;

import dev.gradus.engine.CrossReductions;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.TaskStatus;
import dev.gradus.engine.Tensor;
import dev.gradus.tensor.Shape;
import org.jspecify.annotations.Nullable;

/// This machine's processor as a device: programs are bound to memory, begun, and run to their end, on the threads of
/// a pool. Whoever schedules steps knows nothing of the threads, passes and kernels behind it.
public final class Processor implements AutoCloseable {
    private final WorkerPool pool;
    private Task[] ready = {};
    private int[] ordinals = {};

    /// @param pool is closed with the processor
    public Processor(WorkerPool pool) {
        this.pool = pool;
    }

    /// Binds a program to a parameter and its states.
    public Task bind(CpuProgram program, Shape shape, TaskMemory memory) {
        return new Task(program, shape, memory);
    }

    /// Binds a program to rows of a parameter.
    ///
    /// @param shape of the rows
    /// @param whole the parameter's, whose sizes the rule means
    public Task bind(CpuProgram program, Shape shape, Shape whole, TaskMemory memory) {
        return new Task(program, shape, whole, memory);
    }

    /// Begins a task: decides which variant of the program runs and fills the inputs that are known before it.
    ///
    /// @param gradient null only for a program that reads none
    public void begin(Task task, @Nullable Tensor gradient, TaskInputs inputs) {
        pool.begin(task, gradient, inputs);
    }

    /// Runs begun tasks to their end, level by level, side by side where they do not wait for each other's totals.
    /// Where
    /// one fails, all others go on that need no total of it.
    ///
    /// @param tasks by the ordinal of their parameter; null where there is none
    /// @param reductions what the tasks combine
    public void run(@Nullable Task[] tasks, CrossReductions reductions) {
        if (ready.length < tasks.length) {
            ready = new Task[tasks.length];
            ordinals = new int[tasks.length];
        }
        reductions.begin();
        for (int i = 0; i < tasks.length; i++) {
            Task task = tasks[i];
            if (task != null) {
                reductions.expect(i, task.status());
            }
        }
        int count = select(tasks, reductions);
        while (count > 0) {
            pool.advance(ready, count);
            for (int i = 0; i < count; i++) {
                reductions.contribute(ordinals[i], ready[i].status());
            }
            count = select(tasks, reductions);
        }
    }

    /// Selects the tasks whose next level can run, and fills the totals that it needs.
    ///
    /// @return how many there are
    private int select(@Nullable Task[] tasks, CrossReductions reductions) {
        int count = 0;
        for (int i = 0; i < tasks.length; i++) {
            Task task = tasks[i];
            if (task != null && task.status().isOpen() && reductions.fill(i, task.status())) {
                ordinals[count] = i;
                ready[count++] = task;
            }
        }
        return count;
    }

    /// Runs one begun task, which combines nothing with others, to its end.
    ///
    /// @throws IllegalStateException if it failed; the message names the parameter
    public void run(Task task) {
        TaskStatus status = task.status();
        while (!status.isComplete()) {
            pool.alone(task);
            if (status.failure() != null) {
                throw new IllegalStateException(
                        "computing failed at parameter " + status.explanation(), status.failure());
            }
        }
    }

    @Override
    public void close() {
        pool.close();
    }
}
