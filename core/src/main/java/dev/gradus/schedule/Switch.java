package dev.gradus.schedule;

/// One schedule for `steps` updates, and another, counted anew from 0, from there on.
public record Switch(Schedule first, long steps, Schedule next) implements Schedule {
    /// @throws IllegalArgumentException if `steps` is negative, or a part is counted per parameter or observes
    ///     a metric
    public Switch {
        Require.notNegative("until", "steps", steps);
        Require.plain("until", first, next);
    }

    @Override
    public double at(long completed) {
        return completed < steps ? first.at(completed) : next.at(completed - steps);
    }

    @Override
    public long duration() {
        long rest = next.duration();
        return rest > Long.MAX_VALUE - steps ? Long.MAX_VALUE : steps + rest;
    }
}
