package dev.gradus.cli.data;

import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Names;
import java.nio.file.Path;
import java.util.List;

/// Images to learn from and images to be judged by.
///
/// @param name as users call it: `digits`
/// @param description one sentence: what the images are, and how they are split
/// @param validationPerClass how many training images of each class the search for learning rates is judged by
/// @param batchSize images per step, where the user does not say otherwise
/// @param epochs passes over the training images, where the user does not say otherwise
public record Dataset(
        String name,
        String description,
        Images training,
        Images test,
        int validationPerClass,
        int batchSize,
        int epochs) {

    /// How data sets are written.
    public static final String NOTATION = "digits|mnist:DIR";

    /// Reads `digits` or `mnist:DIR`.
    ///
    /// @throws InputError if there is no such data set or its files are missing or damaged
    public static Dataset read(String text) {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        return switch (Names.require("data set", name, List.of("digits", "mnist"))) {
            case "digits" -> {
                if (colon >= 0) {
                    throw new InputError("the data set digits takes no folder, got \"" + text + "\"");
                }
                yield Digits.read();
            }
            default -> {
                if (colon < 0 || text.length() == colon + 1) {
                    throw new InputError("the data set mnist needs the folder of its four files as in mnist:DIR, got \""
                            + text + "\"");
                }
                yield Mnist.read(Path.of(text.substring(colon + 1)));
            }
        };
    }
}
