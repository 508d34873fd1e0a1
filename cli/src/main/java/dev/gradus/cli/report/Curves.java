package dev.gradus.cli.report;

import dev.gradus.cli.chart.Axis;
import dev.gradus.cli.chart.LineChart;
import dev.gradus.cli.chart.Point;
import dev.gradus.cli.chart.Scale;
import dev.gradus.cli.chart.Series;
import dev.gradus.cli.comparison.Epoch;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.comparison.Run;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// The report's charts. Line i belongs to the i-th result in each of them.
final class Curves {
    private static final int WIDTH = 620;
    private static final int HEIGHT = 400;

    private Curves() {}

    static LineChart loss(Plan plan, List<Result> results) {
        Axis losses = logAxis(
                "training loss",
                results.stream()
                        .flatMap(result -> result.runs().stream())
                        .flatMap(run -> run.epochs().stream())
                        .mapToDouble(Epoch::trainingLoss));
        return new LineChart(
                "",
                "Training loss of each optimizer after each epoch",
                epochs(plan),
                losses,
                series(plan, results, Epoch::trainingLoss),
                false,
                WIDTH,
                HEIGHT);
    }

    static LineChart accuracy(Plan plan, List<Result> results) {
        double lowest = results.stream()
                .flatMap(result -> result.runs().stream())
                .flatMap(run -> run.epochs().stream())
                .mapToDouble(Epoch::accuracy)
                .min()
                .orElse(0);
        // An image more or less cannot be told from all being right; half of one stands for none being wrong.
        double highest = 1 - 0.5 / plan.data().test().count();
        Axis accuracies = new Axis("test accuracy", Scale.SUCCESS, Math.clamp(lowest, 0, 0.9), highest, Axis::percent);
        return new LineChart(
                "",
                "Test accuracy of each optimizer after each epoch",
                epochs(plan),
                accuracies,
                series(plan, results, Epoch::accuracy),
                false,
                WIDTH,
                HEIGHT);
    }

    /// What the search for learning rates saw.
    static LineChart search(List<Result> results) {
        Axis rates = logAxis(
                "learning rate",
                results.stream()
                        .flatMap(result -> result.search().stream())
                        .mapToDouble(run -> run.trial().learningRate()));
        Axis losses = logAxis(
                "validation loss",
                results.stream()
                        .flatMap(result -> result.search().stream())
                        .mapToDouble(run -> run.last().heldOutLoss()));
        List<Series> series = IntStream.range(0, results.size())
                .mapToObj(i -> new Series(
                        results.get(i).contender().name(),
                        i,
                        results.get(i).search().stream()
                                .map(run -> new Point(
                                        run.trial().learningRate(), run.last().heldOutLoss()))
                                .toList()))
                .toList();
        return new LineChart(
                "", "Validation loss of each candidate learning rate", rates, losses, series, false, WIDTH, HEIGHT);
    }

    private static Axis epochs(Plan plan) {
        return new Axis("epoch", Scale.COUNT, plan.epochs() == 1 ? 0 : 1, plan.epochs());
    }

    /// Reaches a little beyond the values, and past a single one.
    private static Axis logAxis(String label, DoubleStream values) {
        DoubleSummaryStatistics range =
                values.filter(value -> Double.isFinite(value) && value > 0).summaryStatistics();
        return range.getCount() == 0
                ? new Axis(label, Scale.LOG, 0.1, 10)
                : new Axis(label, Scale.LOG, range.getMin() / 1.15, range.getMax() * 1.15);
    }

    private static List<Series> series(Plan plan, List<Result> results, ToDoubleFunction<Epoch> value) {
        return IntStream.range(0, results.size())
                .mapToObj(i -> series(results.get(i), i, plan.epochs(), value))
                .toList();
    }

    /// The mean over the seeds, and a band from the lowest to the highest. A training that diverged ends the line.
    private static Series series(Result result, int index, int epochs, ToDoubleFunction<Epoch> value) {
        List<Point> line = new ArrayList<>();
        List<Series.Range> band = new ArrayList<>();
        for (int number = 1; number <= epochs; number++) {
            int at = number - 1;
            boolean complete = result.runs().stream().allMatch(run -> reaches(run, at));
            DoubleSummaryStatistics values = result.runs().stream()
                    .filter(run -> reaches(run, at))
                    .mapToDouble(run -> value.applyAsDouble(run.epochs().get(at)))
                    .summaryStatistics();
            line.add(new Point(number, complete ? values.getAverage() : Double.NaN));
            if (complete) {
                band.add(new Series.Range(number, values.getMin(), values.getMax()));
            }
        }
        return new Series(result.contender().name(), index, line, band);
    }

    private static boolean reaches(Run run, int at) {
        return at < run.epochs().size() && run.epochs().get(at).isFinite();
    }
}
