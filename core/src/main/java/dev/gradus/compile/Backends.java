package dev.gradus.compile;

import dev.gradus.expr.ElementType;

/// The backends for the arithmetic types.
public final class Backends {
    private final Backend float32 = new Interpreter<>(new FloatBlocks());
    private final Backend float64 = new Interpreter<>(new DoubleBlocks());

    /// The backend that computes in the arithmetic type of a parameter: float64 for itself, float32 for all others.
    Backend arithmetic(ElementType type) {
        return type == ElementType.FLOAT64 ? float64 : float32;
    }

    /// The backend for values of reduced shape.
    Backend wide() {
        return float64;
    }
}
