package dev.gradus.schedule;

import java.util.Map;

/// A schedule that is reduced when a metric has stopped to improve: torch's `ReduceLROnPlateau`, around any
/// schedule.
///
/// An observation is an improvement if it is better than the best one by the threshold. Each one that is not
/// counts as a bad one; an improvement, and the cooldown, reset that count. When it exceeds `patience`, the
/// value is multiplied with `factor` from the next step on, and the cooldown begins. A NaN is never an
/// improvement, and so a bad observation, as in torch.
///
/// A relative threshold is a part of the best metric's magnitude, `|best| · threshold`, so that a negative metric must
/// improve as much as a positive one. torch has `best · (1 ∓ threshold)` for metrics of any sign: a negative metric
/// that stays as it is counts as an improvement there, and so does one that gets worse by less than the threshold.
///
/// It remembers `best`, `bad_observations`, `cooldown_left` and `scale`, the product of all factors so far.
///
/// @param schedule what is reduced; its value is never raised
/// @param mode whether a lower or a higher metric is better
/// @param factor what a reduction multiplies with, in (0, 1)
/// @param patience the number of bad observations that are tolerated
/// @param threshold by how much an observation must be better than the best one
/// @param thresholdMode whether that is a part of the best one's magnitude or a difference
/// @param cooldown the number of observations after a reduction that are not counted as bad ones
/// @param minimum what reductions do not go below
/// @param eps a reduction that changes the value by no more than this is left out
public record Plateau(
        Schedule schedule,
        Mode mode,
        double factor,
        long patience,
        double threshold,
        ThresholdMode thresholdMode,
        long cooldown,
        double minimum,
        double eps)
        implements ObservingSchedule {
    private static final String BEST = "best";
    private static final String BAD_OBSERVATIONS = "bad_observations";
    private static final String COOLDOWN_LEFT = "cooldown_left";
    private static final String SCALE = "scale";

    /// Which metric is better.
    public enum Mode {
        /// A lower one, such as of a loss.
        MIN,
        /// A higher one, such as of an accuracy.
        MAX
    }

    /// What a threshold is.
    public enum ThresholdMode {
        /// A part of the best metric's magnitude.
        REL,
        /// A difference.
        ABS
    }

    /// @throws IllegalArgumentException if an argument is out of range, or the schedule is counted per
    ///     parameter or observes a metric itself
    public Plateau {
        Require.plain("plateau", schedule);
        if (!(factor > 0 && factor < 1)) {
            throw Require.refused("plateau", "factor", "in (0, 1)", factor);
        }
        Require.notNegative("plateau", "patience", patience);
        Require.notNegative("plateau", "threshold", threshold);
        if (thresholdMode == ThresholdMode.REL && threshold >= 1) {
            throw Require.refused("plateau", "threshold", "in [0, 1), as a part of the best metric", threshold);
        }
        Require.notNegative("plateau", "cooldown", cooldown);
        Require.notNegative("plateau", "minimum", minimum);
        Require.notNegative("plateau", "eps", eps);
    }

    /// With torch's defaults: for a metric that is better if it is lower, a factor of 0.1 after more than 10
    /// bad observations, a threshold of 1e-4 of the best one, no cooldown, no minimum, and an eps of 1e-8.
    public Plateau(Schedule schedule) {
        this(schedule, Mode.MIN, 0.1, 10, 1e-4, ThresholdMode.REL, 0, 0, 1e-8);
    }

    public Plateau withMode(Mode mode) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withFactor(double factor) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withPatience(long patience) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withThreshold(double threshold, ThresholdMode thresholdMode) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withCooldown(long cooldown) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withMinimum(double minimum) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    public Plateau withEps(double eps) {
        return new Plateau(schedule, mode, factor, patience, threshold, thresholdMode, cooldown, minimum, eps);
    }

    @Override
    public Map<String, Double> initialMemory() {
        double worst = mode == Mode.MIN ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY;
        return memory(worst, 0, 0, 1);
    }

    @Override
    public Map<String, Double> observe(Map<String, Double> memory, double metric, long completed) {
        double best = number(memory, BEST);
        double bad = number(memory, BAD_OBSERVATIONS);
        double cooldownLeft = number(memory, COOLDOWN_LEFT);
        double scale = number(memory, SCALE);
        if (isBetter(metric, best)) {
            best = metric;
            bad = 0;
        } else {
            bad++;
        }
        if (cooldownLeft > 0) {
            cooldownLeft--;
            bad = 0;
        }
        if (bad > patience) {
            bad = 0;
            cooldownLeft = cooldown;
            boolean isWorthIt = value(completed, scale) - value(completed, scale * factor) > eps;
            scale = isWorthIt ? scale * factor : scale;
        }
        return memory(best, bad, cooldownLeft, scale);
    }

    private boolean isBetter(double metric, double best) {
        double improvement = mode == Mode.MIN ? -threshold : threshold;
        double required = switch (thresholdMode) {
            // A factor, because the first best is infinite, and ∞ − ∞ · threshold is NaN.
            case REL -> best * (1 + (best < 0 ? -improvement : improvement));
            case ABS -> best + improvement;
        };
        return mode == Mode.MIN ? metric < required : metric > required;
    }

    @Override
    public double at(long completed, Map<String, Double> memory) {
        return value(completed, number(memory, SCALE));
    }

    private double value(long completed, double scale) {
        double whole = schedule.at(completed);
        return Math.min(whole, Math.max(minimum, whole * scale));
    }

    private static Map<String, Double> memory(double best, double bad, double cooldownLeft, double scale) {
        return Map.of(BEST, best, BAD_OBSERVATIONS, bad, COOLDOWN_LEFT, cooldownLeft, SCALE, scale);
    }

    private static double number(Map<String, Double> memory, String name) {
        Double number = memory.get(name);
        if (number == null) {
            throw new IllegalArgumentException("plateau: the memory must have " + name + ", got " + memory);
        }
        return number;
    }
}
