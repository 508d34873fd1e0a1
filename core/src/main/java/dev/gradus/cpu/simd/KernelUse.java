package dev.gradus.cpu.simd;

/// When passes run as kernels, and which.
///
/// @param cache shared by everything that uses the same kernels
/// @param bits the width of vectors, or [VectorApi#PREFERRED]
/// @param eager whether kernels are compiled when they are met and used at once, rather than when they are fast
public record KernelUse(KernelCache cache, int bits, boolean eager) {
    /// The entry of the kernel for a key.
    public KernelEntry entry(KernelKey key) {
        return cache.entry(key, eager);
    }
}
