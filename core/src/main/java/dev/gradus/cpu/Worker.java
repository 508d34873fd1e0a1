package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.tensor.ElementType;
import org.jspecify.annotations.Nullable;

/// One thread: its memory, and the backends that run passes in it.
final class Worker implements AutoCloseable {
    final Workspace workspace = new Workspace();
    private final Backend float32;
    private final Backend float64;
    private final Backend wide = new Interpreter<>(new DoubleBlocks(), workspace);

    /// @param kernels null for the interpreter
    Worker(@Nullable KernelUse kernels) {
        float32 = backend(new FloatBlocks(), ElementType.FLOAT32, kernels);
        float64 = backend(new DoubleBlocks(), ElementType.FLOAT64, kernels);
    }

    private <A> Backend backend(Blocks<A> blocks, ElementType type, @Nullable KernelUse kernels) {
        return kernels == null ? new Interpreter<>(blocks, workspace) : new Simd<>(blocks, workspace, type, kernels);
    }

    /// The backend that computes in the arithmetic type of a parameter: float64 for itself, float32 for all
    /// others.
    Backend arithmetic(ElementType type) {
        return type == ElementType.FLOAT64 ? float64 : float32;
    }

    /// The backend for the few values of reduced shape.
    Backend wide() {
        return wide;
    }

    @Override
    public void close() {
        workspace.own.close();
    }
}
