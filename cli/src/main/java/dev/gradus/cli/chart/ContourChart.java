package dev.gradus.cli.chart;

import dev.gradus.cli.chart.Canvas.Anchor;
import dev.gradus.cli.chart.Canvas.Area;
import dev.gradus.cli.chart.Canvas.Font;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;

/// Paths over the landscape of a function of two variables.
///
/// @param subtitle a second, smaller line
/// @param function the landscape
/// @param start where all paths begin
/// @param targets the function's minima
/// @param paths in the units of the axes
public record ContourChart(
        String title,
        String subtitle,
        String description,
        Axis xAxis,
        Axis yAxis,
        DoubleBinaryOperator function,
        Point start,
        List<Point> targets,
        List<Series> paths)
        implements Chart {
    private static final double LEFT = 74;
    private static final double TOP = 66;
    private static final double SIZE = 600;
    private static final double LEGEND_LINE = 20;
    private static final double LEGEND_SIZE = 13;
    private static final int GRID = 320;

    /// The shares of the area that lie below each line: lines by value would crowd where a function is steep.
    private static final double[] SHARES = {0.015, 0.04, 0.07, 0.13, 0.21, 0.31, 0.42, 0.54, 0.66, 0.78, 0.9};

    private static final int[] LOW = {0xc9, 0xdd, 0xee};
    private static final int[] HIGH = {0xff, 0xff, 0xff};
    private static final Ink LEVEL = new Ink("level", "#a9bccd");

    public ContourChart {
        targets = List.copyOf(targets);
        paths = List.copyOf(paths);
    }

    @Override
    public int width() {
        return (int) (LEFT + SIZE + 26);
    }

    @Override
    public int height() {
        return (int) (TOP + SIZE + 66 + LEGEND_LINE * legendRow(paths.size() + legendColumns() - 1));
    }

    @Override
    public void draw(Canvas canvas) {
        Frame frame = new Frame(xAxis, yAxis, LEFT, TOP, SIZE, SIZE);
        Area area = frame.area();
        canvas.text(title, new Point(LEFT, 26), new Font(Ink.TEXT, 16, true, Anchor.START));
        canvas.text(subtitle, new Point(LEFT, 48), new Font(Ink.MUTED, 13, false, Anchor.START));

        double[][] values = values();
        double[] sorted =
                Arrays.stream(values).flatMapToDouble(Arrays::stream).sorted().toArray();
        canvas.image(shading(values, sorted), area);
        canvas.group("levels", area, () -> {
            for (double share : SHARES) {
                List<List<Point>> lines = Contours.lines(values, sorted[(int) (share * (sorted.length - 1))]).stream()
                        .map(line -> line.stream()
                                .map(p -> new Point(LEFT + p.x() * SIZE / (GRID - 1), TOP + p.y() * SIZE / (GRID - 1)))
                                .toList())
                        .toList();
                canvas.lines(lines, new Stroke(LEVEL, 1));
            }
        });
        frame.drawAxes(canvas, false);

        for (Series path : paths) {
            canvas.group("series s" + path.index(), area, () -> {
                List<Point> pixels = path.line().stream()
                        .filter(p -> Double.isFinite(p.x()) && Double.isFinite(p.y()))
                        .map(frame::unboundedPlace)
                        .toList();
                canvas.lines(List.of(pixels), Stroke.series(path.index()).withOpacity(0.9));
                if (!pixels.isEmpty()) {
                    canvas.dot(pixels.getLast(), 5, Ink.series(path.index()));
                }
            });
        }
        for (Point target : targets) {
            drawCross(canvas, frame.unboundedPlace(target));
        }
        canvas.dot(frame.unboundedPlace(start), 5, Ink.TEXT);
        drawLegend(canvas);
    }

    private double[][] values() {
        double[][] values = new double[GRID][GRID];
        for (int row = 0; row < GRID; row++) {
            double y = yAxis.to() - (yAxis.to() - yAxis.from()) * row / (GRID - 1);
            for (int column = 0; column < GRID; column++) {
                double x = xAxis.from() + (xAxis.to() - xAxis.from()) * column / (GRID - 1);
                values[row][column] = function.applyAsDouble(x, y);
            }
        }
        return values;
    }

    private static BufferedImage shading(double[][] values, double[] sorted) {
        BufferedImage image = new BufferedImage(GRID, GRID, BufferedImage.TYPE_INT_RGB);
        for (int row = 0; row < GRID; row++) {
            for (int column = 0; column < GRID; column++) {
                int rank = Arrays.binarySearch(sorted, values[row][column]);
                double share = (double) Math.abs(rank) / sorted.length;
                int rgb = 0;
                for (int channel = 0; channel < 3; channel++) {
                    rgb = rgb << 8
                            | (int) Math.round(LOW[channel] + Math.min(1, share) * (HIGH[channel] - LOW[channel]));
                }
                image.setRGB(column, row, rgb);
            }
        }
        return image;
    }

    private static void drawCross(Canvas canvas, Point p) {
        List<List<Point>> cross = List.of(
                List.of(new Point(p.x() - 6, p.y() - 6), new Point(p.x() + 6, p.y() + 6)),
                List.of(new Point(p.x() - 6, p.y() + 6), new Point(p.x() + 6, p.y() - 6)));
        canvas.lines(cross, new Stroke(Ink.SURFACE, 5));
        canvas.lines(cross, new Stroke(Ink.TEXT, 2.5));
    }

    /// One column or two, because the entries name values too.
    private void drawLegend(Canvas canvas) {
        for (int i = 0; i < paths.size(); i++) {
            double x = LEFT + (i % legendColumns()) * SIZE / 2;
            double y = TOP + SIZE + 70 + LEGEND_LINE * legendRow(i);
            canvas.lines(
                    List.of(List.of(new Point(x, y - 4), new Point(x + 22, y - 4))),
                    Stroke.series(paths.get(i).index()));
            canvas.text(
                    paths.get(i).name(), new Point(x + 28, y), new Font(Ink.TEXT, LEGEND_SIZE, false, Anchor.START));
        }
    }

    private int legendRow(int entry) {
        return entry / legendColumns();
    }

    /// SVG cannot measure text, so a letter is taken to be as wide as most are.
    private int legendColumns() {
        return paths.stream()
                        .allMatch(path -> 28 + 0.58 * LEGEND_SIZE * path.name().length() <= SIZE / 2)
                ? 2
                : 1;
    }
}
