package dev.gradus.compile;

import dev.gradus.expr.ElementType;

/// The backends for the arithmetic types: SIMD kernels where the JVM has the Vector API, else the interpreter.
public final class Backends {
    /// Compiles kernels when they are met and uses them at once, instead of when they are fast.
    private static final String EAGER = "gradus.eagerKernels";

    private final Backend float32 = backend(new FloatBlocks(), ElementType.FLOAT32);
    private final Backend float64 = backend(new DoubleBlocks(), ElementType.FLOAT64);

    private static <A> Backend backend(Blocks<A> blocks, ElementType type) {
        return VectorApi.bits()
                .<Backend>map(bits -> new Simd<>(blocks, type, bits, Boolean.getBoolean(EAGER)))
                .orElseGet(() -> new Interpreter<>(blocks));
    }

    /// The backend that computes in the arithmetic type of a parameter: float64 for itself, float32 for all others.
    Backend arithmetic(ElementType type) {
        return type == ElementType.FLOAT64 ? float64 : float32;
    }

    /// The backend for values of reduced shape.
    Backend wide() {
        return float64;
    }
}
