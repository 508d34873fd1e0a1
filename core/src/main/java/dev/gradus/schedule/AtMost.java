package dev.gradus.schedule;

/// A schedule, but never more than `ceiling`.
public record AtMost(Schedule schedule, double ceiling) implements Schedule {
    /// @throws IllegalArgumentException if `ceiling` is not finite, or the schedule observes a metric
    public AtMost {
        Require.finite("atMost", "ceiling", ceiling);
        Require.stateless("atMost", schedule);
    }

    @Override
    public double at(long completed) {
        return Math.min(ceiling, schedule.at(completed));
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
