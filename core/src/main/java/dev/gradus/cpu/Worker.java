package dev.gradus.cpu;

import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.tensor.ElementType;

/// One thread's means to run passes: kernels where the JVM has the Vector API, else the interpreter.
final class Worker implements AutoCloseable {
    final Workspace workspace = new Workspace();
    private final Backend float32;
    private final Backend float64;
    private final Backend wide = new Interpreter<>(new DoubleBlocks(), workspace);

    /// @param bits the width of vectors, [VectorApi#PREFERRED], or 0 for the interpreter
    /// @param eager whether kernels are compiled when they are met and used at once, instead of when they are fast
    Worker(int bits, boolean eager) {
        float32 = backend(new FloatBlocks(), ElementType.FLOAT32, bits, eager);
        float64 = backend(new DoubleBlocks(), ElementType.FLOAT64, bits, eager);
    }

    private <A> Backend backend(Blocks<A> blocks, ElementType type, int bits, boolean eager) {
        return bits == 0 ? new Interpreter<>(blocks, workspace) : new Simd<>(blocks, workspace, type, bits, eager);
    }

    /// The backend that computes in the arithmetic type of a parameter: float64 for itself, float32 for all
    /// others.
    Backend arithmetic(ElementType type) {
        return type == ElementType.FLOAT64 ? float64 : float32;
    }

    /// The backend for values of reduced shape, of which there are few.
    Backend wide() {
        return wide;
    }

    @Override
    public void close() {
        workspace.own.close();
    }
}
