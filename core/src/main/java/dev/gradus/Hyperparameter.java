package dev.gradus;

import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.schedule.ObservingSchedule;
import dev.gradus.schedule.Schedule;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// One hyperparameter of a group: what it is, the schedule that it follows, and its value in the next step.
final class Hyperparameter {
    private final String group;
    private final HyperUse use;
    private final int place;
    private @Nullable Schedule schedule;

    /// What the schedule remembers of the metrics that it observed, by name; empty where it does not observe.
    private Map<String, Double> memory = Map.of();

    private double value;

    /// @param group how errors call the group
    /// @param place among the group's hyperparameters
    Hyperparameter(String group, HyperUse use, int place) {
        this.group = group;
        this.use = use;
        this.place = place;
        this.value = use.value();
    }

    String name() {
        return use.name();
    }

    int place() {
        return place;
    }

    /// @throws IllegalArgumentException if other parameters of the group have another value
    void requireSame(HyperUse other) {
        if (use.value() != other.value()) {
            throw new IllegalArgumentException(
                    group + ": " + use.name() + " is " + use.value() + " for some parameters and " + other.value()
                            + " for others: give one of the links a name of its own with named(\"…\")");
        }
    }

    /// Follows a schedule from the next step on.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if its value then is out of range; nothing has changed then
    void follow(Schedule newSchedule, long completed) {
        boolean isNew = !newSchedule.equals(schedule);
        double newValue = check(isNew ? newSchedule.at(completed) : at(newSchedule, completed));
        if (isNew) {
            memory = newSchedule instanceof ObservingSchedule observing ? observing.initialMemory() : Map.of();
        }
        schedule = newSchedule;
        value = newValue;
    }

    /// Has the value that the rule gives it.
    void reset() {
        schedule = null;
        memory = Map.of();
        value = use.value();
    }

    /// What brings the present schedule and value back.
    Runnable undo() {
        Schedule oldSchedule = schedule;
        Map<String, Double> oldMemory = memory;
        double oldValue = value;
        return () -> {
            schedule = oldSchedule;
            memory = oldMemory;
            value = oldValue;
        };
    }

    /// Whether its schedule counts the updates of each parameter.
    boolean isPerParameter() {
        return schedule != null && schedule.isPerParameter();
    }

    /// Takes the value of the next step from the schedule.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if it is out of range
    void evaluate(long completed) {
        if (schedule != null && !schedule.isPerParameter()) {
            value = check(at(schedule, completed));
        }
    }

    /// Checks the value of a parameter's next step where the schedule counts the parameter's updates.
    ///
    /// @param ownCompleted the parameter's updates
    /// @throws IllegalArgumentException if it is out of range
    void requireInRange(long ownCompleted) {
        if (schedule != null && schedule.isPerParameter()) {
            double ignored = check(schedule.at(ownCompleted));
        }
    }

    /// The value in a parameter's next step.
    double value(long ownCompleted) {
        return schedule != null && schedule.isPerParameter() ? schedule.at(ownCompleted) : value;
    }

    /// The value after some updates of the optimizer, as far as a schedule gives it.
    double valueAfter(long completed) {
        return schedule == null ? value : at(schedule, completed);
    }

    private double at(Schedule of, long completed) {
        return of instanceof ObservingSchedule observing ? observing.at(completed, memory) : of.at(completed);
    }

    private double check(double checked) {
        return use.range().check(group, use.name(), checked);
    }

    /// Tells the schedule a metric, if it observes one.
    ///
    /// @return what makes it remember the metric, or null if it does not observe
    @Nullable
    Runnable observe(double metric, long completed) {
        if (!(schedule instanceof ObservingSchedule observing)) {
            return null;
        }
        Map<String, Double> after = observing.observe(memory, metric, completed);
        return () -> memory = after;
    }

    /// What the schedule remembers, by name.
    Map<String, Double> memory() {
        return new TreeMap<>(memory);
    }

    /// Changes a number that the schedule remembers.
    void remember(String number, double newValue) {
        Map<String, Double> changed = new HashMap<>(memory);
        changed.put(number, newValue);
        memory = Map.copyOf(changed);
    }
}
