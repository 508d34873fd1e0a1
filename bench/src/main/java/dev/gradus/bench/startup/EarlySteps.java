package dev.gradus.bench.startup;

import dev.gradus.Optimizer;
import dev.gradus.Options;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.bench.statistics.Estimate;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/// The steps of AdamW over 2²⁰ parameters in a fresh JVM, on one thread.
///
/// @param nanos steps 2 to 1000
/// @param steadyNanos a step when the JVM is warm: the median of a thousand more
public record EarlySteps(double[] nanos, double steadyNanos) {
    private static final int SIDE = 1 << 10;
    private static final int EARLY = 1_000;
    private static final int STEADY = 1_000;
    private static final long WARM_NANOS = 2_000_000_000L;

    /// Makes the first steps of this JVM.
    public static EarlySteps measure() {
        float[] gradient = new float[SIDE * SIDE];
        Arrays.fill(gradient, 0.01f);
        Parameter parameter = Parameter.of("weight", Shape.of(SIDE, SIDE), new float[SIDE * SIDE])
                .gradient(gradient);
        ParameterGroup group = new ParameterGroup("all", List.of(parameter), Rules.adamW(), 1e-3);
        try (Optimizer optimizer = Optimizer.of(new Options().withThreads(1), List.of(group))) {
            optimizer.step();
            long began = System.nanoTime();
            double[] early = times(optimizer, EARLY - 1);
            while (System.nanoTime() - began < WARM_NANOS) {
                optimizer.step();
            }
            double[] steady = times(optimizer, STEADY);
            Arrays.sort(steady);
            return new EarlySteps(early, Estimate.quantile(steady, 0.5));
        }
    }

    private static double[] times(Optimizer optimizer, int steps) {
        double[] nanos = new double[steps];
        for (int step = 0; step < steps; step++) {
            long began = System.nanoTime();
            optimizer.step();
            nanos[step] = System.nanoTime() - began;
        }
        return nanos;
    }

    /// How many steady steps the early step takes than which one in a hundred takes longer.
    public double percentile99() {
        double[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return Estimate.quantile(sorted, 0.99) / steadyNanos;
    }
}
