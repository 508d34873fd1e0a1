package dev.gradus.schedule;

/// What arguments of schedules must be.
final class Require {
    private Require() {}

    static void finite(String schedule, String name, double value) {
        if (!Double.isFinite(value)) {
            throw refused(schedule, name, "finite", value);
        }
    }

    static void notNegative(String schedule, String name, double value) {
        if (!(value >= 0 && Double.isFinite(value))) {
            throw refused(schedule, name, "in [0, inf)", value);
        }
    }

    static void positive(String schedule, String name, double value) {
        if (!(value > 0 && Double.isFinite(value))) {
            throw refused(schedule, name, "in (0, inf)", value);
        }
    }

    static void share(String schedule, String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw refused(schedule, name, "in (0, 1]", value);
        }
    }

    static void positive(String schedule, String name, long value) {
        if (value <= 0) {
            throw refused(schedule, name, "positive", value);
        }
    }

    static void notNegative(String schedule, String name, long value) {
        if (value < 0) {
            throw refused(schedule, name, "at least 0", value);
        }
    }

    /// That schedules can be parts of another one that counts for them and has no state.
    static void plain(String schedule, Schedule... parts) {
        for (Schedule part : parts) {
            if (part.isPerParameter()) {
                throw new IllegalArgumentException(
                        schedule + ": a schedule is counted per parameter as a whole: call perParameter() last");
            }
            stateless(schedule, part);
        }
    }

    /// That a schedule can be changed by another one that has no state.
    static void stateless(String schedule, Schedule part) {
        if (part instanceof ObservingSchedule) {
            throw new IllegalArgumentException(
                    schedule + ": a schedule that observes a metric must be the outermost one, got " + part);
        }
    }

    static IllegalArgumentException refused(String schedule, String name, String allowed, Object value) {
        return new IllegalArgumentException(schedule + ": " + name + " must be " + allowed + ", got " + value);
    }
}
