package dev.gradus.engine;

import dev.gradus.numeric.Rounding;

/// The key by which random numbers are drawn: those of noise, and those of stochastic rounding, which decide whether
/// an element is rounded up or down. It depends on a name and the step only.
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
