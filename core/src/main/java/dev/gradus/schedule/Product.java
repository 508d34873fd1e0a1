package dev.gradus.schedule;

/// The product of two schedules that run at the same time.
public record Product(Schedule schedule, Schedule factor) implements Schedule {
    /// @throws IllegalArgumentException if one of them is counted per parameter or observes a metric
    public Product {
        Require.plain("times", schedule, factor);
    }

    @Override
    public double at(long completed) {
        return schedule.at(completed) * factor.at(completed);
    }

    @Override
    public long duration() {
        return Math.max(schedule.duration(), factor.duration());
    }
}
