package dev.gradus.schedule;

/// The value of a hyperparameter over time: a pure function of the number of completed optimizer updates, which
/// is 0 at the first step. [Schedules] has the usual ones.
@FunctionalInterface
public interface Schedule {

    /// The value in force at the step that follows `completed` updates (dimensionless unless the hyperparameter
    /// says otherwise).
    double at(long completed);

    /// Whether `completed` is to be the parameter's own count of updates instead of the optimizer's.
    default boolean isPerParameter() {
        return false;
    }

    /// This schedule, counted by each parameter's own updates: a parameter that had no gradient in a step does
    /// not advance in it.
    default Schedule perParameter() {
        return new PerParameter(this);
    }

    /// This schedule for its first `steps` updates, and `next`, counted anew from 0, from there on.
    ///
    /// @throws IllegalArgumentException if `steps` is negative
    default Schedule until(long steps, Schedule next) {
        return new Switch(this, steps, next);
    }

    /// This schedule for as long as it is defined to run, then `next`, counted anew from 0.
    ///
    /// @throws UnsupportedOperationException if this schedule runs for ever; [#until] says when
    default Schedule then(Schedule next) {
        return until(duration(), next);
    }

    /// The first value for `steps` updates, then this schedule, counted from 0.
    ///
    /// @throws IllegalArgumentException if `steps` is negative
    default Schedule after(long steps) {
        return Schedules.constant(at(0)).until(steps, this);
    }

    /// In a straight line from 0 to the first value, which is reached after `steps` updates, then this
    /// schedule, counted from 0. A schedule that goes on while it is warmed up is `times(linear(0, 1, steps))`.
    ///
    /// @throws IllegalArgumentException if `steps` is negative
    default Schedule warmup(long steps) {
        return Schedules.linear(0, at(0), steps).then(this);
    }

    /// The number of updates after which the value no longer changes.
    ///
    /// @throws UnsupportedOperationException if this schedule runs for ever
    default long duration() {
        throw new UnsupportedOperationException(
                this + " runs for ever: say with until(steps, next) when the next one begins");
    }

    /// This schedule, counting one update in `steps`: its value changes every `steps` updates, as when torch's
    /// schedulers are stepped once an epoch.
    ///
    /// @throws IllegalArgumentException if `steps` is not positive
    default Schedule every(long steps) {
        return new Every(this, steps);
    }

    /// This schedule times a factor.
    default Schedule times(double factor) {
        return new Scaled(this, factor);
    }

    /// This schedule times another one, both counted from the first step.
    default Schedule times(Schedule factor) {
        return new Product(this, factor);
    }

    /// This schedule, but never less than `floor`.
    default Schedule atLeast(double floor) {
        return new AtLeast(this, floor);
    }

    /// This schedule, but never more than `ceiling`.
    default Schedule atMost(double ceiling) {
        return new AtMost(this, ceiling);
    }
}
