package dev.gradus.cli;

import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.ScheduleShape;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that all commands that train have in common.
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class TrainingOptions {
    @Option(
            names = "--data",
            paramLabel = Dataset.NOTATION,
            defaultValue = "digits",
            description = "digits: 1,797 images that ship with Gradus; mnist: your own copy of the four MNIST files, "
                    + ".gz or not, half a minute per epoch (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images (default: 25 for digits, 2 for mnist).")
    private @Nullable String epochs;

    @Option(
            names = "--schedule",
            paramLabel = "SHAPE",
            defaultValue = "constant",
            description = "How the learning rate moves; `gradus train --help` lists the shapes "
                    + "(default: ${DEFAULT-VALUE}).")
    private String schedule;

    /// What was trained on, and how; read and checked.
    ///
    /// @param dataName as the user wrote it
    record Values(String dataName, Dataset data, int epochs, ScheduleShape schedule) {}

    /// Reads the data last: that takes the longest.
    Values read() {
        ScheduleShape shape = ScheduleShape.parse(schedule);
        if (epochs == null) {
            Dataset dataset = Dataset.read(data);
            return new Values(data, dataset, dataset.epochs(), shape);
        }
        int count = (int) Numbers.whole("--epochs", epochs, 1, 100_000);
        return new Values(data, Dataset.read(data), count, shape);
    }
}
