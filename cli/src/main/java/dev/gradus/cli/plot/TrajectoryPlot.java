package dev.gradus.cli.plot;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.cli.chart.Axis;
import dev.gradus.cli.chart.Chart;
import dev.gradus.cli.chart.ContourChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Scale;
import dev.gradus.cli.chart.Series;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Setting;
import dev.gradus.tensor.Shape;
import dev.gradus.testkit.TestProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/// The paths of optimizers over a function of two variables.
public final class TrajectoryPlot {
    /// Four to a power of ten.
    private static final List<Double> CANDIDATES =
            IntStream.rangeClosed(-16, 0).mapToObj(i -> Math.pow(10, i / 4.0)).toList();

    private TrajectoryPlot() {}

    /// A path of the given number of steps, or up to where the function is not finite.
    ///
    /// @param end the function's value at the end; infinite where the path left all bounds
    private record Path(double learningRate, List<Point> points, double end) {
        boolean staysIn(TestProblem.Window window) {
            return points.stream()
                    .allMatch(p -> p.x() >= window.left()
                            && p.x() <= window.right()
                            && p.y() >= window.bottom()
                            && p.y() <= window.top());
        }
    }

    /// Each contender's path from the problem's start.
    ///
    /// @param learningRate the same for all; where it is absent, each gets the one of 17 with which it ends
    ///     lowest, of those with which it stays in the picture if there are any
    public static Chart of(TestProblem problem, List<Contender> contenders, int steps, Optional<Double> learningRate) {
        List<Double> candidates = learningRate.map(List::of).orElse(CANDIDATES);
        List<Series> series = IntStream.range(0, contenders.size())
                .mapToObj(i -> {
                    Path best = candidates.stream()
                            .map(rate -> path(problem, contenders.get(i), steps, rate))
                            .min(Comparator.comparing((Path path) -> !path.staysIn(problem.window()))
                                    .thenComparingDouble(Path::end))
                            .orElseThrow();
                    String name = String.format(
                            Locale.ROOT,
                            "%s, lr %s: %s",
                            shortened(contenders.get(i).name()),
                            Axis.plain(twoDigits(best.learningRate())),
                            Axis.plain(twoDigits(best.end())));
                    return new Series(name, i, best.points());
                })
                .toList();
        TestProblem.Window window = problem.window();
        return new ContourChart(
                problem.name() + ", " + steps + " steps",
                learningRate.isPresent()
                        ? "× minimum; below, the value at the end"
                        : "× minimum; below, the best of 17 learning rates and the value at the end",
                "Paths over " + problem.name() + "'s function of "
                        + contenders.stream().map(Contender::name).toList(),
                new Axis("x", Scale.LINEAR, window.left(), window.right()),
                new Axis("y", Scale.LINEAR, window.bottom(), window.top()),
                problem.function()::value,
                new Point(problem.start().x(), problem.start().y()),
                problem.minima().stream().map(p -> new Point(p.x(), p.y())).toList(),
                series);
    }

    private static Path path(TestProblem problem, Contender contender, int steps, double learningRate) {
        double[] theta = {problem.start().x(), problem.start().y()};
        double[] gradient = new double[2];
        Parameter parameter = Parameter.of("point", Shape.of(2), theta).gradient(gradient);
        ParameterGroup group = new ParameterGroup("all", List.of(parameter), contender.rule(), learningRate);
        for (Setting setting : contender.settings()) {
            group = group.with(setting.name(), setting.value());
        }
        List<Point> points = new ArrayList<>();
        points.add(new Point(theta[0], theta[1]));
        double value = problem.value(problem.start());
        try (Optimizer optimizer = optimizer(contender, group)) {
            for (int t = 0; t < steps; t++) {
                TestProblem.Point slope = problem.gradient(new TestProblem.Point(theta[0], theta[1]));
                gradient[0] = slope.x();
                gradient[1] = slope.y();
                optimizer.step();
                value = problem.value(new TestProblem.Point(theta[0], theta[1]));
                if (!Double.isFinite(value)) {
                    return new Path(learningRate, points, Double.POSITIVE_INFINITY);
                }
                points.add(new Point(theta[0], theta[1]));
            }
        }
        return new Path(learningRate, points, value);
    }

    private static Optimizer optimizer(Contender contender, ParameterGroup group) {
        try {
            return Optimizer.of(group);
        } catch (IllegalArgumentException e) {
            throw new InputError("optimizer " + contender.name() + ", " + e.getMessage());
        }
    }

    /// A name that leaves room in a line of the legend: the text of a rule can be of any length.
    private static String shortened(String name) {
        int longest = 52;
        return name.length() <= longest
                ? name
                : name.substring(0, longest / 2) + "…" + name.substring(name.length() - longest / 2 + 1);
    }

    private static double twoDigits(double value) {
        return Double.parseDouble(String.format(Locale.ROOT, "%.1e", value));
    }
}
