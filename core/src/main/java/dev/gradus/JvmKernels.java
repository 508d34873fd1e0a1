package dev.gradus;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.cpu.simd.VectorApi;
import org.jspecify.annotations.Nullable;

/// The kernels of this JVM, which all of its optimizers share.
final class JvmKernels {
    static final KernelCache CACHE = new KernelCache(SystemOptions.dumpFolder());

    /// The width of vectors where the machine prefers none.
    private static final int OTHERWISE = 512;

    private JvmKernels() {}

    /// How an optimizer uses kernels, or null where it uses none or the JVM has no Vector API.
    static @Nullable KernelUse use(Options.Kernels when, KernelCache cache) {
        return when == Options.Kernels.NEVER || !VectorApi.isThere()
                ? null
                : new KernelUse(cache, SystemOptions.vectorBits(), when == Options.Kernels.EAGER);
    }

    /// The width of the vectors of kernels, for those who only look at them.
    static int vectorBits() {
        int bits = SystemOptions.vectorBits();
        return bits == VectorApi.PREFERRED ? VectorApi.bits().orElse(OTHERWISE) : bits;
    }
}
