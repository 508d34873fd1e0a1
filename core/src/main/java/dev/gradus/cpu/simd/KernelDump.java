package dev.gradus.cpu.simd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder into which the class files of kernels are written, for whoever wants to look at them.
record KernelDump(Path folder) {
    private static final System.Logger LOG = System.getLogger("dev.gradus");

    /// Writes a class file; where that fails, the log says so and nothing else happens.
    void write(byte[] bytes, long number) {
        Path file = folder.resolve("GeneratedKernel" + number + ".class");
        try {
            Files.createDirectories(folder);
            Path ignored = Files.write(file, bytes);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "a kernel could not be written to " + file, e);
        }
    }
}
