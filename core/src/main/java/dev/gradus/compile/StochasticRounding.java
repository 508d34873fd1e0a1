package dev.gradus.compile;

/// How a tensor is rounded when it is stored: to either neighbour, so that the expected value is the one
/// that was to be stored. What is drawn depends on the tensor's name and the step only.
public final class StochasticRounding {
    private final long tensor;
    private long key;

    /// @param tensor the name of the parameter and of its state
    public StochasticRounding(String tensor) {
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
    long key() {
        return key;
    }
}
