package dev.gradus.bench.contest;

import java.util.Optional;

/// Adam of another library; found by [java.util.ServiceLoader] on the class path of a JVM of its own.
public interface Peer {

    Library library();

    /// Adam with β₁ = 0.9, β₂ = 0.999, ε = 1e-8 and no weight decay.
    Contestant enter(Start start);

    /// The same computation by other means, to check that nothing else is measured: Gradus, where the library
    /// computes Adam.
    default Optional<Contestant> reference(Start start) {
        return Optional.empty();
    }
}
