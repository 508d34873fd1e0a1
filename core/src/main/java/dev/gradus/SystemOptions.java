package dev.gradus;

import dev.gradus.cpu.simd.VectorApi;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The system properties that change the defaults of [Options] and of kernels. All of them are read here, and handed
/// on as values.
final class SystemOptions {
    private static final String THREADS = "gradus.threads";

    /// `never`, `background` or `eager`.
    private static final String KERNELS = "gradus.kernels";

    /// The width of vectors.
    private static final String VECTOR_BITS = "gradus.vectorBits";

    private static final List<Integer> WIDTHS = List.of(128, 256, 512);

    /// A folder into which class files are written.
    private static final String DUMP = "gradus.dumpKernels";

    private SystemOptions() {}

    static int threads(int otherwise) {
        return Integer.getInteger(THREADS, otherwise);
    }

    /// @throws IllegalArgumentException if the property names none of the choices
    static <E extends Enum<E>> E kernels(Class<E> choices, E otherwise) {
        String name = System.getProperty(KERNELS, lower(otherwise));
        return Arrays.stream(choices.getEnumConstants())
                .filter(choice -> lower(choice).equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the system property " + KERNELS
                        + " must be never, background or eager, got \"" + name + "\""));
    }

    private static String lower(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT);
    }

    /// The width of vectors in bits, or [VectorApi#PREFERRED].
    ///
    /// @throws IllegalArgumentException if the property is no width
    static int vectorBits() {
        String value = System.getProperty(VECTOR_BITS);
        if (value == null) {
            return VectorApi.PREFERRED;
        }
        return WIDTHS.stream()
                .filter(width -> width.toString().equals(value))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "the system property " + VECTOR_BITS + " must be 128, 256 or 512, got \"" + value + "\""));
    }

    /// The folder that takes the class files of kernels, or null.
    static @Nullable Path dumpFolder() {
        String folder = System.getProperty(DUMP);
        return folder == null ? null : Path.of(folder);
    }
}
