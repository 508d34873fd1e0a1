package dev.gradus.cli.chart;

import dev.gradus.cli.chart.Canvas.Anchor;
import dev.gradus.cli.chart.Canvas.Area;
import dev.gradus.cli.chart.Canvas.Font;
import java.util.List;

/// Horizontal bars, one below the other, each with its value at its end.
///
/// @param subtitle a second, smaller line
public record BarChart(String title, String subtitle, String description, List<Bar> bars, int width) implements Chart {
    private static final double LEFT = 210;
    private static final double RIGHT = 90;
    private static final double TOP = 66;
    private static final double PITCH = 32;
    private static final double THICKNESS = 20;

    /// A value.
    ///
    /// @param value at least 0
    /// @param text the value as it is to be read
    /// @param index of the series whose colour it has
    public record Bar(String name, double value, String text, int index) {}

    public BarChart {
        bars = List.copyOf(bars);
    }

    @Override
    public int height() {
        return (int) (TOP + PITCH * bars.size() + 20);
    }

    @Override
    public void draw(Canvas canvas) {
        canvas.text(title, new Point(20, 26), new Font(Ink.TEXT, 16, true, Anchor.START));
        canvas.text(subtitle, new Point(20, 48), new Font(Ink.MUTED, 13, false, Anchor.START));
        double largest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
        double y = TOP;
        for (Bar bar : bars) {
            double end = LEFT + (width - LEFT - RIGHT) * bar.value / largest;
            double middle = y + THICKNESS / 2;
            canvas.text(bar.name, new Point(LEFT - 10, middle + 4.5), new Font(Ink.TEXT, 13, false, Anchor.END));
            Area area = new Area(LEFT, y, end - LEFT, THICKNESS);
            canvas.polygon(
                    List.of(
                            new Point(area.x(), area.y()),
                            new Point(area.right(), area.y()),
                            new Point(area.right(), area.bottom()),
                            new Point(area.x(), area.bottom())),
                    Ink.series(bar.index),
                    1);
            canvas.text(bar.text, new Point(end + 8, middle + 4.5), new Font(Ink.TEXT, 13, false, Anchor.START));
            y += PITCH;
        }
    }
}
