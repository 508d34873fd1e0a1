package dev.gradus.schedule;

/// Half a cosine from `from` towards `to` over `steps` updates, again and again, each time `growth` times as
/// long: the warm restarts of I. Loshchilov and F. Hutter, "SGDR", ICLR 2017, arXiv:1608.03983.
public record CosineRestarts(double from, double to, long steps, long growth) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite, or `steps` or `growth` is not positive
    public CosineRestarts {
        Require.finite("cosineRestarts", "from", from);
        Require.finite("cosineRestarts", "to", to);
        Require.positive("cosineRestarts", "steps", steps);
        Require.positive("cosineRestarts", "growth", growth);
    }

    @Override
    public double at(long completed) {
        long position = growth == 1 ? completed % steps : completed;
        long length = steps;
        while (position >= length) {
            position -= length;
            length = length > Long.MAX_VALUE / growth ? Long.MAX_VALUE : length * growth;
        }
        return Curve.COSINE.between(from, to, (double) position / length);
    }
}
