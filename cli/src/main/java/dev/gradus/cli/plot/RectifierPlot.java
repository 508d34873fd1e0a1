package dev.gradus.cli.plot;

import dev.gradus.cli.chart.Axis;
import dev.gradus.cli.chart.Chart;
import dev.gradus.cli.chart.LineChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Scale;
import dev.gradus.cli.chart.Series;
import dev.gradus.rules.adaptive.Rectifier;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// RAdam's rectification of the step.
public final class RectifierPlot {
    private static final int POINTS = 400;

    private RectifierPlot() {}

    /// One line per value; it begins where the variance becomes finite, which for small values it never does.
    public static Chart of(List<Double> beta2, long lastStep) {
        List<Series> series = IntStream.range(0, beta2.size())
                .mapToObj(i -> new Series("β₂ = " + beta2.get(i), i, line(beta2.get(i), lastStep)))
                .toList();
        return new LineChart(
                "RAdam's rectification rₜ (drawn where ρₜ > 4)",
                "The rectification of RAdam over the steps for beta2 of " + beta2,
                new Axis("step t", Scale.LOG, 1, lastStep),
                new Axis("rₜ", Scale.LINEAR, 0, 1.02),
                series,
                true,
                760,
                460);
    }

    private static List<Point> line(double beta2, long lastStep) {
        double ratio = Math.pow((double) lastStep, 1.0 / POINTS);
        return LongStream.concat(
                        LongStream.rangeClosed(0, POINTS).map(i -> Math.round(Math.pow(ratio, (double) i))),
                        // The first steps are few enough for all of them.
                        LongStream.rangeClosed(1, Math.min(100, lastStep)))
                .sorted()
                .distinct()
                .filter(t -> Rectifier.rho(t, beta2) > 4)
                .mapToObj(t -> new Point(t, Rectifier.r(t, beta2)))
                .toList();
    }
}
