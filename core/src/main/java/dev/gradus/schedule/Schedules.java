package dev.gradus.schedule;

import java.util.ArrayList;
import java.util.List;

/// The schedules of the field. Each is a value: equal arguments make equal schedules. What they are combined
/// with stands at [Schedule].
public final class Schedules {
    private Schedules() {}

    /// One of each record that schedules are composed of.
    public static List<Schedule> all() {
        Schedule one = constant(1);
        return List.of(
                one,
                linear(0, 1, 10),
                polynomial(1, 0, 10, 2),
                cosine(1, 0, 10),
                cosineAnnealing(1, 0, 10),
                cosineRestarts(1, 0, 10, 2),
                exponential(1, 0.5, 10),
                inverseSqrt(1, 10),
                noam(1, 64, 10),
                rex(1, 0, 10),
                piecewise(List.of(knot(0, 1), knot(10, 0)), Curve.LINEAR),
                triangular(0, 1, 10, 10),
                plateau(one),
                one.until(10, one),
                one.every(10),
                one.times(2),
                one.times(one),
                one.atLeast(0),
                one.atMost(1),
                one.perParameter());
    }

    /// The same value at every step.
    ///
    /// @throws IllegalArgumentException if `value` is NaN
    public static Schedule constant(double value) {
        return new Constant(value);
    }

    /// From `from` at the first step in a straight line to `to`, reached after `steps` updates and kept.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `steps` is negative
    public static Schedule linear(double from, double to, long steps) {
        return new Linear(from, to, steps);
    }

    /// From `from` at the first step to `to`, reached after `steps` updates and kept, as `(1 − t/steps)^power`
    /// falls.
    ///
    /// @throws IllegalArgumentException if a value is not finite, `power` is not positive or `steps` is
    ///     negative
    public static Schedule polynomial(double from, double to, long steps, double power) {
        return new Polynomial(from, to, steps, power);
    }

    /// From `from` at the first step along half a cosine to `to`, reached after `steps` updates and kept.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `steps` is negative
    public static Schedule cosine(double from, double to, long steps) {
        return new Cosine(from, to, steps);
    }

    /// The same with a power of the cosine, as optax's `cosine_decay_schedule` has it.
    ///
    /// @throws IllegalArgumentException if a value is not finite, `exponent` is not positive or `steps` is
    ///     negative
    public static Schedule cosine(double from, double to, long steps, double exponent) {
        return new Cosine(from, to, steps, exponent);
    }

    /// A full cosine of period `2·halfPeriod` between `from` and `to`: after `halfPeriod` updates it rises
    /// again, as torch's `CosineAnnealingLR` does.
    ///
    /// @throws IllegalArgumentException if a value is not finite or `halfPeriod` is not positive
    public static Schedule cosineAnnealing(double from, double to, long halfPeriod) {
        return new CosineAnnealing(from, to, halfPeriod);
    }

    /// Half a cosine from `from` towards `to` over `steps` updates, again and again, each time `growth` times
    /// as long; torch's `CosineAnnealingWarmRestarts`.
    ///
    /// @throws IllegalArgumentException if a value is not finite, or `steps` or `growth` is not positive
    public static Schedule cosineRestarts(double from, double to, long steps, long growth) {
        return new CosineRestarts(from, to, steps, growth);
    }

    /// Warm-up in a straight line from `from` to `peak` over `warmupSteps` updates, then half a cosine to
    /// `end`, reached after `decaySteps` updates in all; optax's `warmup_cosine_decay_schedule`.
    ///
    /// @throws IllegalArgumentException if `decaySteps` is not larger than `warmupSteps`
    public static Schedule warmupCosine(double from, double peak, long warmupSteps, long decaySteps, double end) {
        if (decaySteps <= warmupSteps) {
            throw new IllegalArgumentException("warmupCosine: decaySteps must be larger than warmupSteps = "
                    + warmupSteps + ", got " + decaySteps);
        }
        return linear(from, peak, warmupSteps).then(cosine(peak, end, decaySteps - warmupSteps));
    }

    /// From 0 in a straight line to `peak` over `warmup` updates, `stable` updates at `peak`, and in a straight
    /// line to `end` over `decay` updates: S. Hu et al., "MiniCPM", 2024, arXiv:2404.06395.
    ///
    /// @throws IllegalArgumentException if a value is not finite or a number of updates is negative
    public static Schedule warmupStableDecay(double peak, long warmup, long stable, long decay, double end) {
        return linear(peak, end, decay).after(stable).warmup(warmup);
    }

    /// `from·rate^(t/steps)` after t updates; optax's `exponential_decay`, and torch's `ExponentialLR` where
    /// `steps` is 1. [Schedule#after] lets it begin later, [Schedule#atLeast] ends it.
    ///
    /// @throws IllegalArgumentException if `from` is not finite, or `rate` or `steps` is not positive
    public static Schedule exponential(double from, double rate, long steps) {
        return new Exponential(from, rate, steps);
    }

    /// From `from` times `rate` every `steps` updates; torch's `StepLR`.
    ///
    /// @throws IllegalArgumentException if `from` is not finite, or `rate` or `steps` is not positive
    public static Schedule staircase(double from, double rate, long steps) {
        return exponential(from, rate, 1).every(steps);
    }

    /// From `from` times `rate` at each of the milestones; torch's `MultiStepLR`.
    ///
    /// @param milestones numbers of completed updates, in order
    /// @throws IllegalArgumentException if a value is not finite, or a milestone is negative or less than the
    ///     one before
    public static Schedule multiStep(double from, double rate, List<Long> milestones) {
        List<Knot> knots = new ArrayList<>(List.of(knot(0, from)));
        milestones.forEach(step -> knots.add(knot(step, knots.getLast().value() * rate)));
        return piecewise(knots, Curve.CONSTANT);
    }

    /// From knot to knot along a curve; the last value is kept.
    ///
    /// @param knots at least one, in the order of their steps
    /// @throws IllegalArgumentException if there are no knots or their steps decrease
    public static Schedule piecewise(List<Knot> knots, Curve curve) {
        return new Piecewise(knots, curve);
    }

    /// A point of [#piecewise].
    ///
    /// @throws IllegalArgumentException if `step` is negative or a value is not finite
    public static Knot knot(double step, double value) {
        return new Knot(step, value);
    }

    /// One cycle over `steps` updates: from `from` to `peak` in the first `warmup` of them, then to `to`, which
    /// the last update has; torch's `OneCycleLR`. A momentum that moves against it goes `from` its highest
    /// value by its lowest back `to` the highest: `oneCycle(0.95, 0.85, 0.95, steps, warmup, curve)`. L. Smith
    /// and N. Topin, "Super-Convergence", 2017, arXiv:1708.07120.
    ///
    /// @param warmup a part of `steps` in (0, 1], torch's `pct_start`
    /// @throws IllegalArgumentException if a value is not finite, or `warmup` is out of range or less than one
    ///     step
    public static Schedule oneCycle(double from, double peak, double to, long steps, double warmup, Curve curve) {
        return piecewise(
                List.of(knot(0, from), knot(peakOfCycle("oneCycle", steps, warmup, 1), peak), knot(steps - 1.0, to)),
                curve);
    }

    /// The same with torch's defaults: from `peak/25` to `peak` in the first 30 %, then to `peak/250000`, along
    /// cosines.
    ///
    /// @throws IllegalArgumentException if `peak` is not finite, or `steps` is less than 4
    public static Schedule oneCycle(double peak, long steps) {
        return oneCycle(peak / 25, peak, peak / 250_000, steps, 0.3, Curve.COSINE);
    }

    /// One cycle in three phases: from `from` to `peak`, as fast back to `from`, and to `to`; torch's
    /// `OneCycleLR` with `three_phase=True`. Momentum goes `oneCycleThreePhase(0.95, 0.85, 0.95, …)`.
    ///
    /// @param warmup a part of `steps` in (0, 1/2]
    /// @throws IllegalArgumentException if a value is not finite, or `warmup` is out of range or less than one
    ///     step
    public static Schedule oneCycleThreePhase(
            double from, double peak, double to, long steps, double warmup, Curve curve) {
        double peakAt = peakOfCycle("oneCycleThreePhase", steps, warmup, 0.5);
        return piecewise(
                List.of(knot(0, from), knot(peakAt, peak), knot(2 * peakAt, from), knot(steps - 1.0, to)), curve);
    }

    private static double peakOfCycle(String schedule, long steps, double warmup, double most) {
        double peakAt = warmup * steps - 1;
        if (!(warmup > 0 && warmup <= most) || !(peakAt >= 0)) {
            throw new IllegalArgumentException(schedule + ": warmup must be at least one step and at most " + most
                    + " of the " + steps + " steps, got " + warmup);
        }
        return peakAt;
    }

    /// From `from` in a straight line to `peak` in `up` updates and back in `down` updates, again and again; torch's
    /// `CyclicLR` with its mode `triangular`. A momentum that moves against it goes from its highest value to its
    /// lowest: `triangular(0.9, 0.8, up, down)`. L. Smith, "Cyclical Learning Rates for Training Neural Networks",
    /// WACV 2017, arXiv:1506.01186.
    ///
    /// @throws IllegalArgumentException if a value is not finite, `up` is not positive or `down` is negative
    public static Schedule triangular(double from, double peak, long up, long down) {
        return new Triangular(from, peak, up, down);
    }

    /// The same with each cycle half as high as the one before; torch's mode `triangular2`.
    ///
    /// @throws IllegalArgumentException if a value is not finite, `up` is not positive or `down` is negative
    public static Schedule triangular2(double from, double peak, long up, long down) {
        return new Triangular(from, peak, up, down, 0.5, 1);
    }

    /// The same with a height that each update multiplies with `gamma`; torch's mode `exp_range`.
    ///
    /// @throws IllegalArgumentException if a value is not finite, `up` is not positive, `down` is negative, or
    ///     `gamma` is not in (0, 1]
    public static Schedule expRange(double from, double peak, long up, long down, double gamma) {
        return new Triangular(from, peak, up, down, 1, gamma);
    }

    /// `from/√(1 + t/steps)` after t updates. After a warm-up of as many `steps` it is the schedule of
    /// fairseq's `inverse_sqrt`: `inverseSqrt(peak, steps).warmup(steps)`.
    ///
    /// @throws IllegalArgumentException if `from` is not finite or `steps` is not positive
    public static Schedule inverseSqrt(double from, long steps) {
        return new InverseSqrt(from, steps);
    }

    /// `factor · dModel^(−1/2) · min(t^(−1/2), t · warmup^(−3/2))` with t = updates + 1: "Attention Is All You
    /// Need" (Vaswani et al. 2017, section 5.3), named after Noam Shazeer.
    ///
    /// @throws IllegalArgumentException if `dModel` or `warmup` is not positive
    public static Schedule noam(double factor, int dModel, long warmup) {
        return new Noam(factor, dModel, warmup);
    }

    /// From `from` at the first step to `to`, reached after `steps` updates and kept, slowly at first and
    /// faster in the end: [Rex].
    ///
    /// @throws IllegalArgumentException if a value is not finite or `steps` is negative
    public static Schedule rex(double from, double to, long steps) {
        return new Rex(from, to, steps);
    }

    /// A schedule that is reduced when a metric has stopped to improve, with torch's defaults;
    /// `Optimizer.observe` is told the metric.
    ///
    /// @throws IllegalArgumentException if the schedule is counted per parameter or observes a metric itself
    public static Plateau plateau(Schedule schedule) {
        return new Plateau(schedule);
    }
}
