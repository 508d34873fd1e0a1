package dev.gradus;

import dev.gradus.CrossReductions.Programs;
import dev.gradus.cpu.Task;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What has become of the parameters that took part in a step or event.
final class StepResult {
    private StepResult() {}

    /// @param what took place, to begin a sentence with
    /// @param members all of them, by ordinal
    /// @throws IncompleteStepException if it failed for some, but has changed others
    /// @throws IllegalStateException if it failed and has changed nothing
    static void requireComplete(String what, TrainedParameter[] members, Programs programs) {
        Task failed = null;
        boolean isComplete = true;
        for (TrainedParameter member : members) {
            if (member.active) {
                Task execution = programs.of(member);
                isComplete &= execution.isComplete();
                failed = failed == null && execution.failure() != null ? execution : failed;
            }
        }
        if (failed != null || !isComplete) {
            throw failure(what, failed, members, programs);
        }
    }

    private static IllegalStateException failure(
            String what, @Nullable Task failed, TrainedParameter[] members, Programs programs) {
        List<String> updated = new ArrayList<>();
        List<String> partly = new ArrayList<>();
        List<String> untouched = new ArrayList<>();
        for (TrainedParameter member : members) {
            if (member.active) {
                Task execution = programs.of(member);
                boolean isUpdated = execution.isComplete() && execution.isCommitted();
                (member.isPartlyUpdated ? partly : isUpdated ? updated : untouched).add(member.name());
            }
        }
        String sentence = failed == null
                ? what + " failed: the parameters wait for each other's totals"
                : what + " failed at parameter " + failed.explanation();
        Throwable cause = failed == null ? null : failed.failure();
        return updated.isEmpty() && partly.isEmpty()
                ? new IllegalStateException(sentence + "; nothing has changed", cause)
                : new IncompleteStepException(sentence, cause, updated, partly, untouched);
    }
}
