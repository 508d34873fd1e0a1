package dev.gradus.engine;

import dev.gradus.numeric.Rounding;

/// What random numbers are drawn by: noise, and whether a tensor is rounded up or down when it is stored, so that
/// the expected value is the one that was to be stored. They depend on a name and the step only.
public final class RandomKey {
    private final long tensor;
    private long key;

    /// @param tensor the name of the parameter and of its state or noise
    public RandomKey(String tensor) {
        this.tensor = Rounding.hash(tensor);
        begin(0);
    }

    /// Begins a step.
    ///
    /// @param step the parameter's own count
    public void begin(long step) {
        key = Rounding.key(tensor, step);
    }

    /// The key of the random numbers of this step.
    public long key() {
        return key;
    }
}
