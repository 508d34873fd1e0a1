package dev.gradus.schedule;

/// `to + (from − to)·(1 − p)/(1 − p/2)` with p = t/steps after t updates; `to` is reached after `steps` updates
/// and kept: the reflected exponential of J. Chen et al., "REX: Revisiting Budgeted Training with an Improved
/// Schedule", MLSys 2022, arXiv:2107.04197.
public record Rex(double from, double to, long steps) implements Schedule {
    /// @throws IllegalArgumentException if a value is not finite, or `steps` is negative
    public Rex {
        Require.finite("rex", "from", from);
        Require.finite("rex", "to", to);
        Require.notNegative("rex", "steps", steps);
    }

    private static double reflected(double progress) {
        return (1 - progress) / (0.5 + 0.5 * (1 - progress));
    }

    @Override
    public double at(long completed) {
        return completed >= steps ? to : to + (from - to) * reflected((double) completed / steps);
    }

    @Override
    public long duration() {
        return steps;
    }
}
