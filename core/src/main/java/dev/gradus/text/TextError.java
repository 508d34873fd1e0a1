package dev.gradus.text;

/// A text that cannot be read; the message says where, what was found and what is allowed there.
public final class TextError extends IllegalArgumentException {
    private final int column;

    TextError(int column, String sentence) {
        super("column " + column + ": " + sentence);
        this.column = column;
    }

    /// Where the text is wrong, in characters from its beginning; the first is 1, and line feeds count.
    public int column() {
        return column;
    }
}
