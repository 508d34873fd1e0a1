package dev.gradus.text;

import dev.gradus.text.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts a text into words.
final class Lexer {
    private static final Pattern SPACE = Pattern.compile("[ \\t\\r\\n]+");
    private static final Pattern NUMBER =
            Pattern.compile("[-+]?(?:(?:\\d+(?:\\.\\d+)?|\\.\\d+)(?:[eE][-+]?\\d+)?|(?:inf|nan)(?![A-Za-z0-9_]))");
    /// A `-` between letters belongs to the name, as in `adam-gcc`.
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*(?:-[A-Za-z][A-Za-z0-9_]*)*");

    private static final Pattern SYMBOL = Pattern.compile("[<>!=]=|[()\\[\\],=.<>!]");

    private final String text;
    private final List<Token> tokens = new ArrayList<>();
    private int at;
    private int column = 1;

    private Lexer(String text) {
        this.text = text;
    }

    /// The words of a text, the last of kind [Kind#END].
    static List<Token> tokens(String text) {
        Lexer lexer = new Lexer(text);
        lexer.run();
        return lexer.tokens;
    }

    private void run() {
        while (at < text.length()) {
            if (!skip(SPACE)
                    && !take(Kind.NUMBER, NUMBER)
                    && !take(Kind.NAME, NAME)
                    && !take(Kind.SYMBOL, SYMBOL)
                    && !takeString()) {
                throw unexpected();
            }
        }
        add(Kind.END, "", at);
    }

    private Matcher matcher(Pattern pattern) {
        return pattern.matcher(text).region(at, text.length());
    }

    private boolean skip(Pattern pattern) {
        Matcher matcher = matcher(pattern);
        boolean found = matcher.lookingAt();
        if (found) {
            moveTo(matcher.end());
        }
        return found;
    }

    private boolean take(Kind kind, Pattern pattern) {
        Matcher matcher = matcher(pattern);
        boolean found = matcher.lookingAt();
        if (found) {
            add(kind, matcher.group(), matcher.end());
        }
        return found;
    }

    private boolean takeString() {
        if (text.charAt(at) != '"') {
            return false;
        }
        StringBuilder value = new StringBuilder();
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != '"') {
            if (text.charAt(i) == '\\') {
                int meant = Strings.unescaped(text, i);
                if (meant < 0) {
                    throw new TextError(
                            column(i), "a backslash stands before one of \" \\ n t, or before u and four digits");
                }
                value.append((char) meant);
                i += text.charAt(i + 1) == 'u' ? 6 : 2;
            } else {
                value.append(text.charAt(i));
                i++;
            }
        }
        if (i == text.length()) {
            throw new TextError(column, "the string that begins here has no closing quote");
        }
        add(Kind.STRING, value.toString(), i + 1);
        return true;
    }

    private void add(Kind kind, String value, int end) {
        tokens.add(new Token(kind, value, column, at, end));
        moveTo(end);
    }

    private void moveTo(int index) {
        column = column(index);
        at = index;
    }

    private TextError unexpected() {
        int c = text.codePointAt(at);
        String found = Strings.quoted(Character.toString(c));
        return new TextError(
                column,
                c < 128
                        ? "unexpected character " + found
                        : "unexpected character " + found + ": outside of quotes the text is ASCII");
    }

    private int column(int index) {
        return column + text.codePointCount(at, index);
    }
}
