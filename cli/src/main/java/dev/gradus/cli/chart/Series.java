package dev.gradus.cli.chart;

import java.util.List;

/// A line of a chart, with an optional band around it. Values that are NaN interrupt it.
///
/// @param index decides its colour and dash
public record Series(String name, int index, List<Point> line, List<Range> band) {
    public Series {
        line = List.copyOf(line);
        band = List.copyOf(band);
    }

    public Series(String name, int index, List<Point> line) {
        this(name, index, line, List.of());
    }

    /// The lowest and highest value at a place.
    public record Range(double x, double low, double high) {}
}
