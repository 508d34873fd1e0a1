package dev.gradus.cli;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;

/// What Java does not say about the error stream.
final class Terminal {
    private static final int STANDARD_ERROR = 2;

    private Terminal() {}

    /// Whether someone can watch the error stream; false where that cannot be found out.
    @SuppressWarnings("restricted") // The launcher enables native access; without it the JVM warns once.
    static boolean watchesErrors() {
        Linker linker = Linker.nativeLinker();
        String name = System.getProperty("os.name").startsWith("Windows") ? "_isatty" : "isatty";
        return linker.defaultLookup()
                .find(name)
                .map(function -> linker.downcallHandle(
                        function, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)))
                .map(isatty -> {
                    try {
                        return (int) isatty.invokeExact(STANDARD_ERROR) != 0;
                    } catch (Throwable e) {
                        return false;
                    }
                })
                .orElse(false);
    }
}
