package dev.gradus.cpu.simd;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The Vector API of the running JVM, which exists only where the incubator module was added.
public final class VectorApi {
    /// Stands for the width that the machine prefers, which takes some ten milliseconds to find out.
    public static final int PREFERRED = -1;

    private static final System.Logger LOG = System.getLogger("dev.gradus");

    private static final String MODULE = "jdk.incubator.vector";

    private VectorApi() {}

    /// Whether the module is there: asked once.
    private static final class Presence {
        static final Optional<Module> MODULE_FOUND = ModuleLayer.boot().findModule(MODULE);

        static {
            if (MODULE_FOUND.isEmpty()) {
                LOG.log(
                        System.Logger.Level.INFO,
                        "Gradus runs without SIMD kernels: start the JVM with --add-modules " + MODULE);
            }
        }
    }

    /// The preferred width: found out once.
    private static final class Width {
        static final @Nullable Integer BITS_FOUND = find();

        private static @Nullable Integer find() {
            try {
                Module module = Presence.MODULE_FOUND.orElseThrow();
                VectorApi.class.getModule().addReads(module);
                Class<?> vector = Class.forName(module, MODULE + ".FloatVector");
                if (vector == null) {
                    throw new ClassNotFoundException(MODULE + ".FloatVector is not there");
                }
                Object species = vector.getField("SPECIES_PREFERRED").get(null);
                Method size = Class.forName(MODULE + ".VectorSpecies", true, vector.getClassLoader())
                        .getMethod("vectorBitSize");
                MethodHandle handle = MethodHandles.publicLookup()
                        .unreflect(size)
                        .asType(MethodType.methodType(int.class, Object.class));
                return (int) handle.invokeExact(species);
            } catch (Throwable missing) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Gradus runs without SIMD kernels, because this JDK has another Vector API: "
                                + missing.getMessage());
                return null;
            }
        }
    }

    /// Whether the JVM has the module; where it has not, one line of the log says how to add it.
    public static boolean isThere() {
        return Presence.MODULE_FOUND.isPresent();
    }

    /// The width of vectors in bits, or nothing where there is no Vector API or not the one that kernels need.
    public static Optional<Integer> bits() {
        return isThere() ? Optional.ofNullable(Width.BITS_FOUND) : Optional.empty();
    }
}
