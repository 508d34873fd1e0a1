package dev.gradus.bench.startup;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/// The first step of AdamW over 2²⁰ parameters in a fresh JVM.
///
/// @param kernels whether the JVM had the Vector API
/// @param creationNanos what making the optimizer took
/// @param stepNanos what the step took
public record FirstStep(boolean kernels, long creationNanos, long stepNanos) {
    private static final int SIDE = 1 << 10;

    /// Makes the first step of this JVM.
    public static FirstStep measure() {
        float[] gradient = new float[SIDE * SIDE];
        Arrays.fill(gradient, 0.01f);
        long began = System.nanoTime();
        try (Optimizer optimizer = optimizer(new float[SIDE * SIDE], gradient)) {
            long created = System.nanoTime();
            optimizer.step();
            long stepped = System.nanoTime();
            boolean kernels =
                    ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
            return new FirstStep(kernels, created - began, stepped - created);
        }
    }

    private static Optimizer optimizer(float[] values, float[] gradient) {
        Parameter parameter =
                Parameter.of("weight", Shape.of(SIDE, SIDE), values).gradient(gradient);
        return Optimizer.of(new ParameterGroup("all", List.of(parameter), Rules.adamW(), 1e-3));
    }
}
