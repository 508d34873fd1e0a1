package dev.gradus.schedule;

/// From `from` in a straight line to `peak` in `up` updates and back in `down` updates, again and again, each cycle
/// lower than the one before; torch's `CyclicLR`.
///
/// ```
/// from + (peak − from) · p · perCycleᶜ · perStepᵗ
/// ```
/// after t updates, with c the number of cycles completed and p the position in the cycle, which rises from 0 to 1 and
/// falls again. A momentum that moves against the learning rate goes from its highest value to its lowest:
/// `triangular(0.9, 0.8, up, down)`.
///
/// Reference: L. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017, arXiv:1506.01186.
///
/// @param up the number of updates from `from` to the peak
/// @param down the number of updates back
/// @param perCycle what each cycle multiplies the height with, in (0, 1]
/// @param perStep what each update multiplies the height with, in (0, 1]
public record Triangular(double from, double peak, long up, long down, double perCycle, double perStep)
        implements Schedule {
    /// @throws IllegalArgumentException if `from` or `peak` is not finite, `up` is not positive, `down` is negative,
    ///     or a factor is not in (0, 1]
    public Triangular {
        Require.finite("triangular", "from", from);
        Require.finite("triangular", "peak", peak);
        Require.positive("triangular", "up", up);
        Require.notNegative("triangular", "down", down);
        Require.share("triangular", "perCycle", perCycle);
        Require.share("triangular", "perStep", perStep);
    }

    /// All cycles equally high.
    public Triangular(double from, double peak, long up, long down) {
        this(from, peak, up, down, 1, 1);
    }

    @Override
    public double at(long completed) {
        long period = up > Long.MAX_VALUE - down ? Long.MAX_VALUE : up + down;
        long cycle = completed / period;
        long position = completed % period;
        double part = position <= up ? (double) position / up : (double) (period - position) / down;
        double height = part * StrictMath.pow(perCycle, (double) cycle) * StrictMath.pow(perStep, (double) completed);
        return from + (peak - from) * height;
    }
}
