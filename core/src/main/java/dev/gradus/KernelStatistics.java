package dev.gradus;

import dev.gradus.cpu.simd.Kernels;

/// How many SIMD kernels this JVM has; a step of a kind that has been run before, or a changed hyperparameter,
/// adds none.
///
/// @param compiled kernels that were generated
/// @param ready kernels that have taken over from the interpreter, counted again after a retreat
/// @param retreats how often a kernel that had become slow left the work to the interpreter again
public record KernelStatistics(long compiled, long ready, long retreats) {

    /// The numbers as they are now.
    public static KernelStatistics now() {
        return new KernelStatistics(Kernels.compiled(), Kernels.taken(), Kernels.retreats());
    }
}
