package dev.gradus.cli.chart;

import java.util.List;

/// A colour with a name, under which a page's style sheet may change it.
///
/// @param name `ink`, `series-3`
/// @param hex `#1f2328`, for a white background
public record Ink(String name, String hex) {
    public static final Ink TEXT = new Ink("text", "#1f2328");
    public static final Ink MUTED = new Ink("muted", "#59636e");
    public static final Ink GRID = new Ink("grid", "#dfe3e8");
    public static final Ink SURFACE = new Ink("surface", "#ffffff");

    /// After Okabe and Ito, whose colours people with any kind of colour vision can tell apart; their yellow, which
    /// is hard to see on white, is an olive here.
    private static final List<String> SERIES =
            List.of("#0072b2", "#d55e00", "#009e73", "#b5509c", "#e69f00", "#56b4e9", "#5d4fb3", "#8a8a00");

    /// How many series have a colour of their own; later ones repeat them with another dash.
    public static final int SERIES_COUNT = SERIES.size();

    /// How often all colours have been used before this series.
    static int repetition(int index) {
        return index / SERIES_COUNT;
    }

    public static Ink series(int index) {
        int colour = index % SERIES_COUNT;
        return new Ink("series-" + colour, SERIES.get(colour));
    }
}
