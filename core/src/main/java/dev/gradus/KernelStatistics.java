package dev.gradus;

/// How many SIMD kernels this JVM has; a step of a kind that has been run before, or a changed hyperparameter,
/// adds none.
///
/// @param compiled kernels that were generated
/// @param ready kernels that have taken over from the interpreter, counted again after a fall back
/// @param fallBacks how often a kernel that had become slow left the work to the interpreter again
public record KernelStatistics(long compiled, long ready, long fallBacks) {

    /// The numbers as they are now.
    public static KernelStatistics now() {
        return new KernelStatistics(
                JvmKernels.CACHE.compiled(), JvmKernels.CACHE.activations(), JvmKernels.CACHE.fallBacks());
    }
}
