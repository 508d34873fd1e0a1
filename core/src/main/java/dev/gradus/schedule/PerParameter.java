package dev.gradus.schedule;

/// A schedule that is counted by each parameter's own updates.
public record PerParameter(Schedule schedule) implements Schedule {
    /// @throws IllegalArgumentException if the schedule observes a metric
    public PerParameter {
        Require.stateless("perParameter", schedule);
    }

    @Override
    public double at(long completed) {
        return schedule.at(completed);
    }

    @Override
    public boolean isPerParameter() {
        return true;
    }

    @Override
    public long duration() {
        return schedule.duration();
    }
}
