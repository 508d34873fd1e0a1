package dev.gradus.bench.contest;

/// Something that makes steps over parameters of its own.
public interface Contestant extends AutoCloseable {

    /// One step with the gradients that are there now.
    void step();

    /// The gradients have changed: one that keeps them in memory of its own copies them here, which is not timed.
    default void gradientsChanged() {}

    /// A parameter's value as it is now.
    double value(int tensor, int element);

    @Override
    default void close() {}
}
