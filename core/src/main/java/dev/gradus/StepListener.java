package dev.gradus;

/// Called after each step of an optimizer, on the thread that made it.
@FunctionalInterface
public interface StepListener {

    /// What a step did to one group.
    ///
    /// @param group the group's name
    /// @param step the optimizer's number of completed updates, this one included
    /// @param learningRate the value that was in force; where parameters count by themselves, the first's by name
    /// @param gradientNorm the Euclidean norm of all gradients of the group, before any link changed them
    /// @param updateNorm the Euclidean norm of θ after less θ before, over the whole group
    record Event(String group, long step, double learningRate, double gradientNorm, double updateNorm) {}

    /// The event is the listener's to keep.
    void onStep(Event event);
}
