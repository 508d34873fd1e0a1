package dev.gradus.schedule;

/// A schedule, but never less than `floor`.
public record AtLeast(Schedule schedule, double floor) implements Schedule {
    /// @throws IllegalArgumentException if `floor` is not finite, or the schedule observes a metric
    public AtLeast {
        Require.finite("atLeast", "floor", floor);
        Require.stateless("atLeast", schedule);
    }

    @Override
    public double at(long completed) {
        return Math.max(floor, schedule.at(completed));
    }

    @Override
    public boolean isPerParameter() {
        return schedule.isPerParameter();
    }

    @Override
    public long duration() {
        return schedule.duration();
    }
}
