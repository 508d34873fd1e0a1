package dev.gradus.cli;

import dev.gradus.cli.input.InputError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A folder that takes files; made before long work begins, so that it does not fail at the end.
record OutputFolder(Path path) {

    static OutputFolder create(Path path) {
        try {
            Files.createDirectories(path);
        } catch (IOException e) {
            throw new InputError("the folder " + path + " cannot be made: " + reason(e));
        }
        if (!Files.isWritable(path)) {
            throw new InputError("the folder " + path + " cannot be written to");
        }
        return new OutputFolder(path);
    }

    Path write(String name, String text) {
        Path file = path.resolve(name);
        try {
            return Files.writeString(file, text);
        } catch (IOException e) {
            throw new InputError("the file " + file + " cannot be written: " + reason(e));
        }
    }

    static String reason(IOException e) {
        return e.getClass().getSimpleName().replaceFirst("Exception$", "") + " " + e.getMessage();
    }
}
