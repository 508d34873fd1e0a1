package dev.gradus.schedule;

import java.util.Map;

/// A schedule that depends on what was observed, too, such as the loss of a validation: [Plateau] is one.
///
/// What it remembers are numbers with names, which the optimizer keeps for each hyperparameter that follows the
/// schedule and shows among its states; the schedule itself is a value, and its methods are pure functions.
public interface ObservingSchedule extends Schedule {

    /// What it remembers before anything was observed. The names never change.
    Map<String, Double> initialMemory();

    /// What it remembers after an observation.
    ///
    /// @param memory what it remembered before
    /// @param metric what was observed
    /// @param completed the number of completed optimizer updates
    Map<String, Double> observe(Map<String, Double> memory, double metric, long completed);

    /// The value in force at the step that follows `completed` updates.
    double at(long completed, Map<String, Double> memory);

    /// The value as if nothing had been observed.
    @Override
    default double at(long completed) {
        return at(completed, initialMemory());
    }
}
