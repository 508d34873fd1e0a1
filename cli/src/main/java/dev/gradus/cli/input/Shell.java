package dev.gradus.cli.input;

/// Words as a POSIX shell takes them.
public final class Shell {
    private Shell() {}

    /// The word, in single quotes where the shell would not leave it as it is.
    public static String quoted(String word) {
        return word.matches("[A-Za-z0-9_,.:=/+-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
