package dev.gradus.compile;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Optional;

/// The Vector API of the running JVM, which exists only where the incubator module was added.
final class VectorApi {
    private static final System.Logger LOG = System.getLogger("dev.gradus");

    /// Limits the width of vectors, in bits: 128, 256 or 512.
    private static final String BITS = "gradus.vectorBits";

    private static final Optional<Integer> PREFERRED = find();

    private VectorApi() {}

    /// The width of vectors in bits, or nothing where there is no Vector API.
    static Optional<Integer> bits() {
        return PREFERRED.map(preferred -> Integer.getInteger(BITS, preferred));
    }

    private static Optional<Integer> find() {
        try {
            Module module = ModuleLayer.boot()
                    .findModule("jdk.incubator.vector")
                    .orElseThrow(() -> new ClassNotFoundException("module jdk.incubator.vector is not there"));
            VectorApi.class.getModule().addReads(module);
            Class<?> vector = Class.forName(module, "jdk.incubator.vector.FloatVector");
            if (vector == null) {
                throw new ClassNotFoundException("jdk.incubator.vector.FloatVector is not there");
            }
            Object species = vector.getField("SPECIES_PREFERRED").get(null);
            Method size = Class.forName("jdk.incubator.vector.VectorSpecies", true, vector.getClassLoader())
                    .getMethod("vectorBitSize");
            MethodHandle handle =
                    MethodHandles.publicLookup().unreflect(size).asType(MethodType.methodType(int.class, Object.class));
            return Optional.of((int) handle.invokeExact(species));
        } catch (Throwable missing) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "Gradus runs without SIMD kernels ({0}): start the JVM with --add-modules jdk.incubator.vector",
                    missing.getMessage());
            return Optional.empty();
        }
    }
}
