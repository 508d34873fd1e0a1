package dev.gradus.schedule;

/// A schedule times a factor.
public record Scaled(Schedule schedule, double factor) implements Schedule {
    /// @throws IllegalArgumentException if `factor` is not finite, or the schedule observes a metric
    public Scaled {
        Require.finite("times", "factor", factor);
        Require.stateless("times", schedule);
    }

    @Override
    public double at(long completed) {
        return factor * schedule.at(completed);
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
