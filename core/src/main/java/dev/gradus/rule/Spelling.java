package dev.gradus.rule;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/// Suggests a known name for a misspelt one.
public final class Spelling {
    private Spelling() {}

    /// The known name that differs least from the given one, if any is near enough to have been meant.
    public static Optional<String> nearest(String given, Collection<String> known) {
        String wanted = fold(given);
        int reach = Math.max(1, wanted.length() / 3);
        return known.stream()
                .filter(name -> distance(wanted, fold(name)) <= reach
                        || (wanted.length() >= 3
                                && (fold(name).startsWith(wanted) || fold(name).endsWith(wanted))))
                .min(Comparator.comparingInt(name -> distance(wanted, fold(name))));
    }

    /// The end of an error message about an unknown name: the nearest known name, or all of them if none is near.
    public static String help(String given, Collection<String> known) {
        return nearest(given, known)
                .map(name -> "did you mean \"" + name + "\"?")
                .orElseGet(() -> known.isEmpty() ? "none is known here" : "known are " + String.join(", ", known));
    }

    /// A name without capitals, `-`, `_`, `.` and spaces, which do not count in comparisons.
    public static String fold(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_. ]", "");
    }

    /// The number of letters to insert, delete, replace or swap with their neighbour.
    private static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int substitution = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + substitution);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
