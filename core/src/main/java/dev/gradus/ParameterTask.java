package dev.gradus;

import dev.gradus.cpu.Task;

/// What a parameter runs in a step or event, with what has to be done before the task and after it.
interface ParameterTask {
    /// What the task is to the parameter.
    enum Kind {
        WHOLE_STEP,
        SPARSE_STEP,
        EVENT
    }

    Kind kind();

    /// Begins the task.
    ///
    /// @param step the parameter's own, from 1; for an event the one to come
    /// @return the task, which is ready to run
    Task begin(long step);

    /// Completes a step that took place: its task is complete, and committed.
    void commit(long step);
}
