package dev.gradus.cli.plot;

import dev.gradus.cli.chart.Axis;
import dev.gradus.cli.chart.Chart;
import dev.gradus.cli.chart.LineChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Scale;
import dev.gradus.cli.chart.Series;
import dev.gradus.schedule.ObservingSchedule;
import dev.gradus.schedule.Schedule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// Schedules over the steps of a training.
public final class SchedulePlot {
    private static final int MOST_POINTS = 1000;

    private SchedulePlot() {}

    /// A schedule as it is called in the picture. One that observes a metric is drawn for a metric that is observed
    /// after each step and never improves.
    public record Line(String name, Schedule schedule) {
        private Series series(int index, long steps) {
            long stride = Math.max(1, steps / MOST_POINTS);
            LongToDoubleFunction values = values();
            List<Point> points = new ArrayList<>();
            for (long t = 0; t < steps - 1; t += stride) {
                points.add(new Point(t + 1, values.applyAsDouble(t)));
            }
            points.add(new Point(steps, values.applyAsDouble(steps - 1)));
            return new Series(name, index, points);
        }

        /// The values after ever more updates.
        private LongToDoubleFunction values() {
            return schedule instanceof ObservingSchedule observing ? new Unimproved(observing) : schedule::at;
        }
    }

    private static final class Unimproved implements LongToDoubleFunction {
        private final ObservingSchedule schedule;
        private Map<String, Double> memory;
        private long observed;

        Unimproved(ObservingSchedule schedule) {
            this.schedule = schedule;
            this.memory = schedule.initialMemory();
        }

        @Override
        public double applyAsDouble(long completed) {
            while (observed < completed) {
                observed++;
                memory = schedule.observe(memory, 1, observed);
            }
            return schedule.at(completed, memory);
        }
    }

    public static Chart of(List<Line> lines, long steps) {
        List<Series> series = IntStream.range(0, lines.size())
                .mapToObj(i -> lines.get(i).series(i, steps))
                .toList();
        double lowest = Math.min(0, values(series).min().orElse(0));
        double highest = Math.max(0, values(series).max().orElse(0));
        double room = highest > lowest ? 0.05 * (highest - lowest) : 1;
        int longest =
                lines.stream().mapToInt(line -> line.name().length()).max().orElse(0);
        return new LineChart(
                "Schedules",
                "The values over the steps of a training for "
                        + lines.stream().map(Line::name).toList(),
                new Axis("step", Scale.COUNT, 1, steps),
                new Axis("value", Scale.LINEAR, lowest < 0 ? lowest - room : 0, highest + room),
                series,
                true,
                Math.max(760, 150 + 8 * longest),
                Math.max(460, 400 + 20 * lines.size()));
    }

    private static DoubleStream values(List<Series> series) {
        return series.stream().flatMap(each -> each.line().stream()).mapToDouble(Point::y);
    }
}
