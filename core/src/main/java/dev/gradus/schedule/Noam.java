package dev.gradus.schedule;

/// `factor·dModel^(−1/2)·min(t^(−1/2), t·warmup^(−3/2))` with t = updates + 1: A. Vaswani et al., "Attention Is
/// All You Need", 2017, section 5.3, named after Noam Shazeer.
public record Noam(double factor, int dModel, long warmup) implements Schedule {
    /// @throws IllegalArgumentException if `factor` is not finite, or `dModel` or `warmup` is not positive
    public Noam {
        Require.finite("noam", "factor", factor);
        Require.positive("noam", "dModel", dModel);
        Require.positive("noam", "warmup", warmup);
    }

    @Override
    public double at(long completed) {
        double t = completed + 1.0;
        return factor
                / Math.sqrt(dModel)
                * Math.min(1 / Math.sqrt(t), t / ((double) warmup * Math.sqrt((double) warmup)));
    }
}
