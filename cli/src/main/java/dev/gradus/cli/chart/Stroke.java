package dev.gradus.cli.chart;

/// How a line is drawn.
///
/// @param width in pixels
/// @param dash length of dashes and gaps in pixels; 0 for none
/// @param opacity in (0, 1]
public record Stroke(Ink ink, double width, double dash, double opacity) {
    public Stroke(Ink ink, double width) {
        this(ink, width, 0, 1);
    }

    /// The line of a series: a colour of its own, and another dash where the colours repeat.
    public static Stroke series(int index) {
        return new Stroke(Ink.series(index), 2, 5.0 * Ink.repetition(index), 1);
    }

    public Stroke withOpacity(double other) {
        return new Stroke(ink, width, dash, other);
    }
}
