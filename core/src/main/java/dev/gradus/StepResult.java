package dev.gradus;

import dev.gradus.ParameterTasks.Outcome;
import dev.gradus.engine.TaskStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has become of the parameters that took part in a step or event.
final class StepResult {
    private StepResult() {}

    /// @param what took place, to begin a sentence with
    /// @param parameters all of them, in the order of their names
    /// @throws IncompleteStepException if it failed for some, but has changed others
    /// @throws IllegalStateException if it failed and has changed nothing
    static void requireComplete(String what, TrainedParameter[] parameters) {
        TaskStatus failed = null;
        boolean isComplete = true;
        for (TrainedParameter parameter : parameters) {
            if (parameter.tasks().isRunning()) {
                TaskStatus status = parameter.tasks().status();
                isComplete &= status.isComplete();
                failed = failed == null && status.failure() != null ? status : failed;
            }
        }
        if (failed != null || !isComplete) {
            throw failure(what, failed, parameters);
        }
    }

    private static IllegalStateException failure(
            String what, @Nullable TaskStatus failed, TrainedParameter[] parameters) {
        List<String> updated = names(Outcome.UPDATED, parameters);
        List<String> partly = names(Outcome.PARTLY_UPDATED, parameters);
        String sentence = failed == null
                ? what + " failed: the parameters wait for each other's totals"
                : what + " failed at parameter " + failed.explanation();
        Throwable cause = failed == null ? null : failed.failure();
        return updated.isEmpty() && partly.isEmpty()
                ? new IllegalStateException(sentence + "; nothing has changed", cause)
                : new IncompleteStepException(sentence, cause, updated, partly, names(Outcome.UNTOUCHED, parameters));
    }

    private static List<String> names(Outcome outcome, TrainedParameter[] parameters) {
        List<String> names = new ArrayList<>();
        for (TrainedParameter parameter : parameters) {
            if (parameter.tasks().isRunning() && parameter.outcome() == outcome) {
                names.add(parameter.name());
            }
        }
        return names;
    }
}
