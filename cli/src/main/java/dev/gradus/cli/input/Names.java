package dev.gradus.cli.input;

import dev.gradus.rule.Spelling;
import java.util.Collection;
import java.util.List;

/// Names that users misspell.
public final class Names {
    private Names() {}

    /// The error for a name that is not known: with the nearest valid name, or all of them where none is near.
    ///
    /// @param kind what is named, such as `optimizer`
    public static InputError unknown(String kind, String given, Collection<String> known) {
        return new InputError("unknown " + kind + " \"" + given + "\": " + Spelling.help(given, known));
    }

    /// The given name if it is known.
    public static String require(String kind, String given, List<String> known) {
        if (!known.contains(given)) {
            throw unknown(kind, given, known);
        }
        return given;
    }
}
