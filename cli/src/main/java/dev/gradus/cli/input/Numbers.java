package dev.gradus.cli.input;

/// Numbers as users type them.
public final class Numbers {
    private Numbers() {}

    /// A finite number in any notation that Java reads.
    ///
    /// @param what what the number is, for the error
    public static double finite(String what, String text) {
        double value;
        try {
            value = Double.parseDouble(text.strip());
        } catch (NumberFormatException e) {
            throw new InputError(what + " must be a number, got \"" + text + "\"");
        }
        if (!Double.isFinite(value)) {
            throw new InputError(what + " must be a finite number, got \"" + text + "\"");
        }
        return value;
    }

    /// A number as users type it: `0.9`, `5`, `1e-8`.
    public static String text(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e6
                ? String.valueOf((long) value)
                : String.valueOf(value).replaceFirst("(\\.0)?E", "e");
    }

    /// `1 epoch`, `20 epochs`
    public static String count(long number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }

    /// A finite number larger than 0.
    public static double positive(String what, String text) {
        double value = finite(what, text);
        if (value <= 0) {
            throw new InputError(what + " must be larger than 0, got \"" + text + "\"");
        }
        return value;
    }

    /// A whole number between two bounds, both allowed.
    public static long whole(String what, String text, long lowest, long highest) {
        String allowed = highest == Long.MAX_VALUE
                ? "a whole number of at least " + lowest
                : "a whole number from " + lowest + " to " + highest;
        long value;
        try {
            value = Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            throw new InputError(what + " must be " + allowed + ", got \"" + text + "\"");
        }
        if (value < lowest || value > highest) {
            throw new InputError(what + " must be " + allowed + ", got \"" + text + "\"");
        }
        return value;
    }
}
