package dev.gradus.cpu.simd;

import java.lang.invoke.MethodHandles;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Compiles kernels: writes their classes and defines them in this JVM as hidden ones.
final class KernelCompiler {
    private final @Nullable KernelDump dump;
    private final AtomicLong compiled = new AtomicLong();

    /// @param dump takes the class files, or null
    KernelCompiler(@Nullable KernelDump dump) {
        this.dump = dump;
    }

    /// The number of kernels compiled.
    long compiled() {
        return compiled.get();
    }

    /// The kernel for a key, or null where the JVM has no Vector API or the pass is too long for a method of Java.
    @Nullable
    Kernel compile(KernelKey key) {
        return VectorApi.bits()
                .flatMap(preferred -> KernelWriter.write(key.withBits(preferred)))
                .map(bytes -> define(bytes, key))
                .orElse(null);
    }

    private Kernel define(byte[] bytes, KernelKey key) {
        if (dump != null) {
            dump.write(bytes, compiled.get());
        }
        try {
            Class<?> hidden = MethodHandles.lookup()
                    .defineHiddenClassWithClassData(bytes, key.segments(), true)
                    .lookupClass();
            long ignored = compiled.incrementAndGet();
            return (Kernel) hidden.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a kernel could not be defined: " + e.getMessage(), e);
        }
    }
}
