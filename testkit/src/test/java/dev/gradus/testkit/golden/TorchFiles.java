package dev.gradus.testkit.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/// The files that PyTorch has written after the first steps of golden cases.
public final class TorchFiles {
    private static final String SUFFIX = ".step10.safetensors.gz";

    private TorchFiles() {}

    /// The names of the golden cases.
    public static List<String> names() {
        try (Stream<Path> files = Files.list(resources())) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Writes the file of a golden case into a folder.
    public static Path unpack(String name, Path folder) {
        Path file = folder.resolve(name + ".safetensors");
        try (InputStream in =
                new GZIPInputStream(Files.newInputStream(resources().resolve(name + SUFFIX)))) {
            Files.write(file, in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private static Path resources() {
        try {
            return Path.of(Objects.requireNonNull(TorchFiles.class.getResource("/interchange"))
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
