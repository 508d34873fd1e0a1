package dev.gradus.rule;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The values that a hyperparameter may take, written as in mathematics: `[0, 1)`, `(0, inf)`. NaN is in no range, and
/// an infinity only in one that includes it: `(0, inf]`.
public record Range(double lower, boolean lowerIncluded, double upper, boolean upperIncluded) {
    /// Every finite value.
    public static final Range FINITE = new Range(Double.NEGATIVE_INFINITY, false, Double.POSITIVE_INFINITY, false);

    private static final Pattern NOTATION = Pattern.compile("([\\[(])\\s*(\\S+)\\s*,\\s*(\\S+?)\\s*([])])");

    /// Reads the notation; `inf` and `-inf` stand for the infinities.
    public static Range of(String notation) {
        Matcher matcher = NOTATION.matcher(notation);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("a range is written like \"[0, 1)\", got \"" + notation + "\"");
        }
        return new Range(
                bound(matcher.group(2)),
                matcher.group(1).equals("["),
                bound(matcher.group(3)),
                matcher.group(4).equals("]"));
    }

    private static double bound(String text) {
        return switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            default -> Double.parseDouble(text);
        };
    }

    public boolean contains(double value) {
        return (lowerIncluded ? value >= lower : value > lower) && (upperIncluded ? value <= upper : value < upper);
    }

    /// Returns the value.
    ///
    /// @throws IllegalArgumentException naming the owner, the hyperparameter, the value and the range, if the value
    ///     is NaN or out of range
    public double check(String owner, String hyperparameter, double value) {
        if (!contains(value)) {
            throw new IllegalArgumentException(owner + ": " + hyperparameter + " must be "
                    + (equals(FINITE) ? "finite" : "in " + this) + ", got " + value);
        }
        return value;
    }

    @Override
    public String toString() {
        return (lowerIncluded ? "[" : "(") + text(lower) + ", " + text(upper) + (upperIncluded ? "]" : ")");
    }

    private static String text(double bound) {
        if (Double.isInfinite(bound)) {
            return bound > 0 ? "inf" : "-inf";
        }
        return bound == Math.rint(bound) && Math.abs(bound) < 1e15
                ? Long.toString((long) bound)
                : Double.toString(bound);
    }
}
