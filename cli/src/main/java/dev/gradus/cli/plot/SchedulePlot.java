package dev.gradus.cli.plot;

import dev.gradus.cli.chart.Axis;
import dev.gradus.cli.chart.Chart;
import dev.gradus.cli.chart.LineChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Scale;
import dev.gradus.cli.chart.Series;
import dev.gradus.cli.input.ScheduleShape;
import dev.gradus.schedule.Schedule;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/// Learning rates over the steps of a training.
public final class SchedulePlot {
    private static final int MOST_POINTS = 1000;

    private SchedulePlot() {}

    public static Chart of(List<ScheduleShape> shapes, double learningRate, long steps) {
        long stride = Math.max(1, steps / MOST_POINTS);
        List<Series> series = IntStream.range(0, shapes.size())
                .mapToObj(i -> {
                    Schedule schedule = shapes.get(i).over(learningRate, steps);
                    List<Point> line = LongStream.concat(
                                    LongStream.iterate(0, t -> t < steps - 1, t -> t + stride),
                                    LongStream.of(steps - 1))
                            .mapToObj(completed -> new Point(completed + 1, schedule.at(completed)))
                            .toList();
                    return new Series(shapes.get(i).toString(), i, line);
                })
                .toList();
        return new LineChart(
                "Learning-rate schedules",
                "The learning rate over the steps of a training for " + shapes,
                new Axis("step", Scale.COUNT, 1, steps),
                new Axis("learning rate", Scale.LINEAR, 0, 1.05 * learningRate),
                series,
                true,
                760,
                460);
    }
}
