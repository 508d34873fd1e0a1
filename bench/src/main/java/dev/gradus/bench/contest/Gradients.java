package dev.gradus.bench.contest;

/// The gradients that all contestants read. They change between turns, so that moments stay what they are in training.
public final class Gradients {
    private static final float SCALE = 0.02f;

    private final float[][] tensors;
    private int version;

    public Gradients(Layout layout) {
        tensors = layout.arrays();
        show(0);
    }

    /// One array per tensor; they stay the same arrays.
    public float[][] tensors() {
        return tensors;
    }

    /// Which of the gradients are there now.
    int version() {
        return version;
    }

    /// Brings the next gradients.
    void advance() {
        show(version + 1);
    }

    /// Brings the gradients of a version.
    void show(int newVersion) {
        version = newVersion;
        Numbers.fill(tensors, newVersion, SCALE);
    }
}
