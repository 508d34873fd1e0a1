package dev.gradus.cli.report;

import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.report.Table.Column;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/// The results as a table, and what is to be known to read it.
public final class ResultTable {
    private ResultTable() {}

    /// The best mean accuracy first.
    public static List<Result> ranked(List<Result> results) {
        return results.stream()
                .sorted(Comparator.comparingDouble((Result r) -> -r.accuracy().mean()))
                .toList();
    }

    public static Table of(List<Result> results) {
        return new Table(
                List.of(
                        new Column("optimizer", false),
                        new Column("learning rate", true),
                        new Column("test accuracy", true),
                        new Column("final loss", true),
                        new Column("epochs to 95 %", true),
                        new Column("time per step", true)),
                ranked(results).stream().map(ResultTable::row).toList());
    }

    private static List<String> row(Result result) {
        return List.of(
                result.contender().name(),
                learningRate(result.learningRate()) + (result.atEdgeOfSearch() ? " ¹" : ""),
                accuracy(result),
                loss(result.trainingLoss().mean()),
                result.epochsToGoal().map(String::valueOf).orElse("–"),
                String.format(Locale.ROOT, "%.0f µs", result.stepNanos() / 1e3));
    }

    /// Sentences that say how the numbers came about.
    public static List<String> notes(Plan plan, List<Result> results) {
        List<String> notes = new ArrayList<>();
        notes.add("Every optimizer made %s of %s, with the same first weights and the same batches."
                .formatted(
                        plan.seeds() == 1
                                ? "one training (seed 1)"
                                : plan.seeds() + " trainings (seeds 1 to " + plan.seeds() + ")",
                        Numbers.count(plan.epochs(), "epoch")));
        notes.add(
                plan.factors().isEmpty()
                        ? "No learning rate was searched for: each optimizer has its usual one."
                        : """
                Every optimizer had the same search for its learning rate: %d candidates, half a power of ten apart, \
                from a tenth to a hundred times its usual one, %s each; the lowest loss on %d images held out from the \
                training set won.""".formatted(
                                        plan.factors().size(),
                                        Numbers.count(plan.searchEpochs(), "epoch"),
                                        plan.validation().heldOut().count()));
        notes.add("""
                Test accuracy: mean ± standard deviation over the seeds, of %,d test images that neither search nor \
                training saw. Final loss: mean training loss of the last epoch. Epochs to 95 %% test accuracy: median \
                over the seeds. Time per step: median, of the optimizer's part alone.""".formatted(plan.data().test().count()));
        if (results.stream().anyMatch(Result::atEdgeOfSearch)) {
            notes.add("¹ The lowest or highest candidate won: a wider search might find a better learning rate.");
        }
        results.stream()
                .filter(result -> result.diverged() > 0)
                .forEach(result -> notes.add("%s diverged in %d of %d trainings: its loss became NaN or infinite."
                        .formatted(
                                result.contender().name(),
                                result.diverged(),
                                result.runs().size())));
        return notes;
    }

    private static String accuracy(Result result) {
        Result.Spread accuracy = result.accuracy();
        String mean = String.format(Locale.ROOT, "%.2f", 100 * accuracy.mean());
        return mean
                + accuracy.deviation()
                        .map(std -> String.format(Locale.ROOT, " ± %.2f", 100 * std))
                        .orElse("")
                + " %";
    }

    /// `0.0032`, `0.1`
    static String learningRate(double value) {
        return value < 1e-4
                ? String.format(Locale.ROOT, "%.1e", value)
                : String.format(Locale.ROOT, "%.6f", value).replaceFirst("\\.?0+$", "");
    }

    /// `1.23`, `0.0123`, `1.2e-4`
    static String loss(double value) {
        if (!Double.isFinite(value)) {
            return Double.isNaN(value) ? "NaN" : "infinite";
        }
        return String.format(Locale.ROOT, value < 0.001 ? "%.1e" : value < 0.1 ? "%.4f" : "%.3f", value)
                .replaceFirst("e-0", "e-");
    }
}
