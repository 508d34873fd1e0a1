package dev.gradus.text;

/// A word of a text.
///
/// @param value of a string without its quotes, of others as written
/// @param column of its first character, from 1
/// @param start the index of its first `char`
/// @param end the index of the `char` after its last
record Token(Kind kind, String value, int column, int start, int end) {
    enum Kind {
        NAME,
        NUMBER,
        STRING,
        SYMBOL,
        END
    }

    boolean is(String symbol) {
        return kind == Kind.SYMBOL && value.equals(symbol);
    }

    /// Whether it is this word of the language of masks.
    boolean isWord(String word) {
        return kind == Kind.NAME && value.equals(word);
    }

    /// As an error calls it.
    @Override
    public String toString() {
        return switch (kind) {
            case END -> "the end of the text";
            case STRING -> Strings.quoted(value);
            case NUMBER -> value;
            case NAME, SYMBOL -> '"' + value + '"';
        };
    }
}
