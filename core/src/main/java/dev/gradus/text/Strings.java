package dev.gradus.text;

/// Strings in quotes.
final class Strings {
    private Strings() {}

    /// A string as it is written: quotes, backslashes, and what an editor would not show or keep are escaped.
    static String quoted(String value) {
        StringBuilder text = new StringBuilder("\"");
        value.codePoints().forEach(c -> {
            switch (c) {
                case '"', '\\' -> text.append('\\').appendCodePoint(c);
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (isPlain(c)) {
                        text.appendCodePoint(c);
                    } else {
                        for (char half : Character.toChars(c)) {
                            text.append("\\u%04x".formatted((int) half));
                        }
                    }
                }
            }
        });
        return text.append('"').toString();
    }

    private static boolean isPlain(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }

    /// What an escape stands for: the character after a backslash, and four digits after a `u`.
    ///
    /// @param index of the backslash
    /// @return the character, or -1 where this is no escape
    static int unescaped(String text, int index) {
        if (index + 1 >= text.length()) {
            return -1;
        }
        return switch (text.charAt(index + 1)) {
            case '"' -> '"';
            case '\\' -> '\\';
            case 'n' -> '\n';
            case 't' -> '\t';
            case 'u' -> {
                String digits = text.substring(index + 2, Math.min(index + 6, text.length()));
                yield digits.matches("[0-9a-fA-F]{4}") ? Integer.parseInt(digits, 16) : -1;
            }
            default -> -1;
        };
    }
}
