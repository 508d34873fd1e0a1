package dev.gradus.cli.chart;

import dev.gradus.cli.chart.Canvas.Anchor;
import dev.gradus.cli.chart.Canvas.Area;
import dev.gradus.cli.chart.Canvas.Font;
import java.util.List;

/// The part of a chart in which values are drawn, and the axes around it.
///
/// @param left of the values, as top, width and height in pixels
public record Frame(Axis xAxis, Axis yAxis, double left, double top, double width, double height) {
    private static final double TICK_SIZE = 12;

    Area area() {
        return new Area(left, top, width, height);
    }

    /// The pixel of a value; values outside the axes are moved to the edge.
    public Point place(double x, double y) {
        return new Point(left + xAxis.fraction(x) * width, top + (1 - yAxis.fraction(y)) * height);
    }

    /// The pixel of a value, also outside.
    Point unboundedPlace(Point value) {
        return new Point(
                left + xAxis.unboundedFraction(value.x()) * width,
                top + (1 - yAxis.unboundedFraction(value.y())) * height);
    }

    void drawAxes(Canvas canvas, boolean grid) {
        double right = left + width;
        double bottom = top + height;
        Font yFont = new Font(Ink.MUTED, TICK_SIZE, false, Anchor.END);
        Font xFont = new Font(Ink.MUTED, TICK_SIZE, false, Anchor.MIDDLE);
        for (Axis.Tick tick : yAxis.ticks((int) (height / 45))) {
            double y = place(xAxis.from(), tick.value()).y();
            if (grid) {
                canvas.lines(List.of(List.of(new Point(left, y), new Point(right, y))), new Stroke(Ink.GRID, 1));
            }
            canvas.text(tick.label(), new Point(left - 8, y + 4), yFont);
        }
        for (Axis.Tick tick : xAxis.ticks((int) (width / 70))) {
            double x = place(tick.value(), yAxis.from()).x();
            canvas.lines(List.of(List.of(new Point(x, bottom), new Point(x, bottom + 4))), new Stroke(Ink.MUTED, 1));
            canvas.text(tick.label(), new Point(x, bottom + 19), xFont);
        }
        canvas.lines(List.of(List.of(new Point(left, bottom), new Point(right, bottom))), new Stroke(Ink.MUTED, 1));
        canvas.text(
                xAxis.label(),
                new Point(left + width / 2, bottom + 40),
                new Font(Ink.TEXT, TICK_SIZE + 1, false, Anchor.MIDDLE));
        canvas.textUpwards(
                yAxis.label(),
                new Point(18, top + height / 2),
                new Font(Ink.TEXT, TICK_SIZE + 1, false, Anchor.MIDDLE));
    }
}
