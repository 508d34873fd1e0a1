package dev.gradus.rule;

/// Validates the names of links, states and hyperparameters, the parts of `link.state` and `parameter/link.state`.
final class Names {
    private Names() {}

    /// Returns the name.
    ///
    /// @param what what it names, as the subject of the sentence
    /// @throws IllegalArgumentException if it is empty or contains `.`, `/` or blanks
    static String check(String what, String name) {
        if (name.isEmpty() || name.chars().anyMatch(Names::isForbidden)) {
            throw new IllegalArgumentException(
                    what + " must not be empty or contain '.', '/' or blanks, got \"" + name + "\"");
        }
        return name;
    }

    private static boolean isForbidden(int c) {
        return c == '.' || c == '/' || Character.isWhitespace(c) || Character.isSpaceChar(c);
    }
}
