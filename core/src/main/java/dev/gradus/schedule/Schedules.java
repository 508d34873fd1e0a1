package dev.gradus.schedule;

/// The schedules of the field. Each is a value: equal arguments make equal schedules.
public final class Schedules {
    private Schedules() {}

    /// The same value at every step.
    public static Schedule constant(double value) {
        return new Constant(value);
    }

    /// From `from` at the first step in a straight line to `to`, reached after `steps` updates and kept.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `steps` is negative
    public static Schedule linear(double from, double to, long steps) {
        return new Linear(from, to, steps);
    }

    /// From `from` at the first step along half a cosine to `to`, reached after `steps` updates and kept.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `steps` is negative
    public static Schedule cosine(double from, double to, long steps) {
        return new Cosine(from, to, steps);
    }

    /// A full cosine of period `2·halfPeriod` between `from` and `to`: after `halfPeriod` updates it rises
    /// again, as torch's `CosineAnnealingLR` does.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `halfPeriod` is not positive
    public static Schedule cosineAnnealing(double from, double to, long halfPeriod) {
        return new CosineAnnealing(from, to, halfPeriod);
    }

    /// Warm-up in a straight line from `from` to `peak` over `warmupSteps` updates, then half a cosine to `end`,
    /// reached after `decaySteps` updates in all; optax's `warmup_cosine_decay_schedule`.
    ///
    /// @throws IllegalArgumentException if `decaySteps` is not larger than `warmupSteps`
    public static Schedule warmupCosine(double from, double peak, long warmupSteps, long decaySteps, double end) {
        if (decaySteps <= warmupSteps) {
            throw new IllegalArgumentException("warmupCosine: decaySteps must be larger than warmupSteps = "
                    + warmupSteps + ", got " + decaySteps);
        }
        return linear(from, peak, warmupSteps).then(cosine(peak, end, decaySteps - warmupSteps));
    }

    /// `factor · dModel^(−1/2) · min(t^(−1/2), t · warmup^(−3/2))` with t = updates + 1: "Attention Is All You
    /// Need" (Vaswani et al. 2017, section 5.3), named after Noam Shazeer.
    ///
    /// @throws IllegalArgumentException if `dModel` or `warmup` is not positive
    public static Schedule noam(double factor, int dModel, long warmup) {
        return new Noam(factor, dModel, warmup);
    }

    /// What [#constant(double)] makes.
    public record Constant(double value) implements Schedule {
        public Constant {
            finite("constant", "value", value);
        }

        @Override
        public double at(long completed) {
            return value;
        }

        @Override
        public long duration() {
            return 0;
        }
    }

    /// What [#linear] makes.
    public record Linear(double from, double to, long steps) implements Schedule {
        public Linear {
            finite("linear", "from", from);
            finite("linear", "to", to);
            notNegative("linear", steps);
        }

        @Override
        public double at(long completed) {
            return completed >= steps ? to : from + (to - from) * ((double) completed / steps);
        }

        @Override
        public long duration() {
            return steps;
        }
    }

    /// What [#cosine] makes.
    public record Cosine(double from, double to, long steps) implements Schedule {
        public Cosine {
            finite("cosine", "from", from);
            finite("cosine", "to", to);
            notNegative("cosine", steps);
        }

        @Override
        public double at(long completed) {
            return completed >= steps ? to : cosineBetween(from, to, (double) completed / steps);
        }

        @Override
        public long duration() {
            return steps;
        }
    }

    /// What [#cosineAnnealing] makes.
    public record CosineAnnealing(double from, double to, long halfPeriod) implements Schedule {
        public CosineAnnealing {
            finite("cosineAnnealing", "from", from);
            finite("cosineAnnealing", "to", to);
            positive("cosineAnnealing", "halfPeriod", halfPeriod);
        }

        @Override
        public double at(long completed) {
            return cosineBetween(from, to, (double) completed / halfPeriod);
        }
    }

    /// What [#noam] makes.
    public record Noam(double factor, int dModel, long warmup) implements Schedule {
        public Noam {
            finite("noam", "factor", factor);
            positive("noam", "dModel", dModel);
            positive("noam", "warmup", warmup);
        }

        @Override
        public double at(long completed) {
            double t = completed + 1.0;
            return factor
                    / Math.sqrt(dModel)
                    * Math.min(1 / Math.sqrt(t), t / ((double) warmup * Math.sqrt((double) warmup)));
        }
    }

    /// What [Schedule#until] makes.
    public record Switch(Schedule first, long steps, Schedule next) implements Schedule {
        public Switch {
            notNegative("until", steps);
            if (first.isPerParameter() || next.isPerParameter()) {
                throw new IllegalArgumentException(
                        "a schedule is counted per parameter as a whole: call perParameter() last");
            }
        }

        @Override
        public double at(long completed) {
            return completed < steps ? first.at(completed) : next.at(completed - steps);
        }

        @Override
        public long duration() {
            return steps + next.duration();
        }
    }

    /// What [Schedule#times] makes.
    public record Scaled(Schedule schedule, double factor) implements Schedule {
        public Scaled {
            finite("times", "factor", factor);
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

    /// What [Schedule#atLeast] makes.
    public record AtLeast(Schedule schedule, double floor) implements Schedule {
        public AtLeast {
            finite("atLeast", "floor", floor);
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

    /// What [Schedule#perParameter] makes.
    public record PerParameter(Schedule schedule) implements Schedule {
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

    private static double cosineBetween(double from, double to, double progress) {
        return to + (from - to) * 0.5 * (1 + StrictMath.cos(Math.PI * progress));
    }

    private static void finite(String schedule, String name, double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(schedule + ": " + name + " must be finite, got " + value);
        }
    }

    private static void positive(String schedule, String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(schedule + ": " + name + " must be positive, got " + value);
        }
    }

    private static void notNegative(String schedule, long steps) {
        if (steps < 0) {
            throw new IllegalArgumentException(schedule + ": steps must be at least 0, got " + steps);
        }
    }
}
