package dev.gradus;

import dev.gradus.engine.TaskStatus;
import dev.gradus.rule.Step;
import java.util.ArrayList;
import java.util.List;

/// The listeners of an optimizer's steps.
final class StepListeners {
    private final List<StepListener> all = new ArrayList<>();

    boolean isEmpty() {
        return all.isEmpty();
    }

    void add(StepListener listener) {
        all.add(listener);
    }

    void remove(StepListener listener) {
        all.remove(listener);
    }

    /// Tells all listeners what a step has done to each group that took part, also after one of them has failed;
    /// then the first failure is thrown.
    ///
    /// @param completed the optimizer's updates, the step included
    void report(Iterable<TrainedGroup> groups, long completed) {
        if (!all.isEmpty()) {
            Failures failures = new Failures();
            groups.forEach(group -> report(group, completed, failures));
            failures.throwFirst();
        }
    }

    private void report(TrainedGroup group, long completed, Failures failures) {
        double gradient = 0;
        double update = 0;
        TrainedParameter first = null;
        for (TrainedParameter parameter : group.byName()) {
            if (parameter.tasks().isRunning()) {
                TaskStatus status = parameter.tasks().status();
                first = first == null ? parameter : first;
                gradient += status.metric(0);
                update += status.isCommitted() ? status.metric(1) : 0;
            }
        }
        if (first != null) {
            boolean isCounted = first.tasks().status().isCommitted();
            long before = first.updates().completed() - (isCounted ? 1 : 0);
            Hyperparameters hyperparameters = group.hyperparameters();
            StepListener.Event event = new StepListener.Event(
                    group.name(),
                    completed,
                    hyperparameters.value(hyperparameters.placeOf(Step.LEARNING_RATE), before),
                    Math.sqrt(gradient),
                    Math.sqrt(update));
            all.forEach(listener -> failures.attempt(() -> listener.onStep(event)));
        }
    }
}
