package dev.gradus.cli.report;

import dev.gradus.cli.comparison.Epoch;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.comparison.Run;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The results as comma-separated values (RFC 4180).
public final class CsvFiles {
    private CsvFiles() {}

    /// One line per optimizer.
    public static String results(List<Result> results) {
        List<String> lines = new ArrayList<>();
        lines.add("optimizer,learning_rate,seeds,test_accuracy_mean,test_accuracy_std,final_training_loss_mean,"
                + "final_training_loss_std,epochs_to_95,step_microseconds,diverged");
        for (Result result : results) {
            lines.add(line(
                    result.contender().name(),
                    result.learningRate(),
                    result.runs().size(),
                    result.accuracy().mean(),
                    result.accuracy().deviation().map(String::valueOf).orElse(""),
                    result.trainingLoss().mean(),
                    result.trainingLoss().deviation().map(String::valueOf).orElse(""),
                    result.epochsToGoal().map(String::valueOf).orElse(""),
                    result.stepNanos() / 1e3,
                    result.diverged()));
        }
        return text(lines);
    }

    /// One line per optimizer, seed and epoch.
    public static String curves(List<Result> results) {
        List<String> lines = new ArrayList<>();
        lines.add("optimizer,learning_rate,seed,epoch,training_loss,test_loss,test_accuracy");
        for (Result result : results) {
            result.runs().forEach(run -> lines.addAll(epochs(run)));
        }
        return text(lines);
    }

    /// One line per optimizer, candidate and epoch of the search for learning rates.
    public static String search(List<Result> results) {
        List<String> lines = new ArrayList<>();
        lines.add("optimizer,learning_rate,seed,epoch,training_loss,validation_loss,validation_accuracy");
        for (Result result : results) {
            result.search().forEach(run -> lines.addAll(epochs(run)));
        }
        return text(lines);
    }

    private static List<String> epochs(Run run) {
        return run.epochs().stream()
                .map((Epoch epoch) -> line(
                        run.trial().contender().name(),
                        run.trial().learningRate(),
                        run.trial().seed(),
                        epoch.number(),
                        epoch.trainingLoss(),
                        epoch.heldOutLoss(),
                        epoch.accuracy()))
                .toList();
    }

    private static String line(Object... cells) {
        return Stream.of(cells).map(cell -> field(String.valueOf(cell))).collect(Collectors.joining(","));
    }

    /// The text of a rule has commas and quotes.
    private static String field(String text) {
        return text.contains(",") || text.contains("\"") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static String text(List<String> lines) {
        return String.join("\n", lines) + "\n";
    }
}
