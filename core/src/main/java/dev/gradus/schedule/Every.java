package dev.gradus.schedule;

/// A schedule that counts one update in `steps`, so that its value changes every `steps` updates.
public record Every(Schedule schedule, long steps) implements Schedule {
    /// @throws IllegalArgumentException if `steps` is not positive, or the schedule observes a metric
    public Every {
        Require.positive("every", "steps", steps);
        Require.stateless("every", schedule);
    }

    @Override
    public double at(long completed) {
        return schedule.at(completed / steps);
    }

    @Override
    public boolean isPerParameter() {
        return schedule.isPerParameter();
    }

    @Override
    public long duration() {
        long counts = schedule.duration();
        return counts > Long.MAX_VALUE / steps ? Long.MAX_VALUE : counts * steps;
    }
}
