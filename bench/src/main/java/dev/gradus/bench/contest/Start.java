package dev.gradus.bench.contest;

/// What every contestant begins with.
///
/// @param theta parameters of its own, which it may change in place
/// @param gradients which all contestants read
/// @param threads at most
public record Start(Layout layout, float[][] theta, float[][] gradients, int threads, double learningRate) {
    private static final float SCALE = 0.05f;
    private static final int SEED = -1;

    /// The same first values for everyone, in arrays of its own.
    static Start of(Layout layout, Gradients gradients, int threads, double learningRate) {
        float[][] theta = layout.arrays();
        Numbers.fill(theta, SEED, SCALE);
        return new Start(layout, theta, gradients.tensors(), threads, learningRate);
    }
}
