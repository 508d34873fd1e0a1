package dev.gradus.cli.chart;

import dev.gradus.cli.chart.Canvas.Anchor;
import dev.gradus.cli.chart.Canvas.Font;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Lines over a common axis.
///
/// @param title above the lines; empty where the page around says it
/// @param legend whether the series' names stand below; not where the page around has them
public record LineChart(
        String title,
        String description,
        Axis xAxis,
        Axis yAxis,
        List<Series> series,
        boolean legend,
        int width,
        int height)
        implements Chart {
    private static final double LEFT = 74;
    private static final double RIGHT = 26;
    private static final double LEGEND_LINE = 20;
    private static final double LEGEND_SIZE = 13;

    public LineChart {
        series = List.copyOf(series);
    }

    public Frame frame() {
        double top = title.isEmpty() ? 14 : 44;
        double below = 52 + (legend ? 10 + LEGEND_LINE * legendRows().size() : 0);
        return new Frame(xAxis, yAxis, LEFT, top, width - LEFT - RIGHT, height - top - below);
    }

    @Override
    public void draw(Canvas canvas) {
        Frame frame = frame();
        if (!title.isEmpty()) {
            canvas.text(title, new Point(LEFT, 26), new Font(Ink.TEXT, 16, true, Anchor.START));
        }
        frame.drawAxes(canvas, true);
        // Half the width of a line may stand out where a value lies on the edge.
        Canvas.Area clip = new Canvas.Area(LEFT - 2, frame.top() - 2, frame.width() + 4, frame.height() + 4);
        for (Series line : series) {
            canvas.group("series s" + line.index(), clip, () -> draw(canvas, frame, line));
        }
        if (legend) {
            drawLegend(canvas, frame.top() + frame.height() + 66);
        }
    }

    private static void draw(Canvas canvas, Frame frame, Series series) {
        List<Point> outline = new ArrayList<>();
        List<Point> lower = new ArrayList<>();
        for (Series.Range range : series.band()) {
            if (!Double.isNaN(range.low()) && !Double.isNaN(range.high())) {
                outline.add(frame.place(range.x(), range.high()));
                lower.add(frame.place(range.x(), range.low()));
            }
        }
        if (!outline.isEmpty()) {
            Collections.reverse(lower);
            outline.addAll(lower);
            canvas.polygon(outline, Ink.series(series.index()), 0.1);
        }
        List<List<Point>> parts = new ArrayList<>();
        List<Point> part = new ArrayList<>();
        for (Point value : series.line()) {
            if (Double.isNaN(value.y())) {
                parts.add(part);
                part = new ArrayList<>();
            } else {
                part.add(frame.place(value.x(), value.y()));
            }
        }
        parts.add(part);
        canvas.lines(parts, Stroke.series(series.index()));
    }

    private void drawLegend(Canvas canvas, double y) {
        double lineY = y;
        for (List<Series> row : legendRows()) {
            double x = LEFT;
            for (Series entry : row) {
                canvas.lines(
                        List.of(List.of(new Point(x, lineY - 4), new Point(x + 22, lineY - 4))),
                        Stroke.series(entry.index()));
                canvas.text(
                        entry.name(), new Point(x + 28, lineY), new Font(Ink.TEXT, LEGEND_SIZE, false, Anchor.START));
                x += entryWidth(entry);
            }
            lineY += LEGEND_LINE;
        }
    }

    private List<List<Series>> legendRows() {
        List<List<Series>> rows = new ArrayList<>();
        List<Series> row = new ArrayList<>();
        double used = 0;
        for (Series entry : series) {
            if (!row.isEmpty() && used + entryWidth(entry) > width - LEFT - RIGHT) {
                rows.add(row);
                row = new ArrayList<>();
                used = 0;
            }
            row.add(entry);
            used += entryWidth(entry);
        }
        rows.add(row);
        return rows;
    }

    /// SVG cannot measure text, so a letter is taken to be as wide as most are.
    private static double entryWidth(Series entry) {
        return 28 + 0.58 * LEGEND_SIZE * entry.name().length() + 22;
    }
}
