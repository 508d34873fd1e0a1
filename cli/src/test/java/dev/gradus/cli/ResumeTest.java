package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.checkpoint.CheckpointFolder;
import dev.gradus.cli.CommandLineTest.Outcome;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `gradus train --checkpoint DIR --resume` after trainings that were interrupted. [KillTest] interrupts them for real.
class ResumeTest {
    private static final String TRAINING = "--optimizer adamw --set beta2=0.99 --schedule warmup-cosine:10 --epochs 2";
    private static final String MIDDLE = "step-000000000030.safetensors";
    private static final String LATER = "step-000000000060.safetensors";

    /// Of a training that was not interrupted, of 2 epochs of 40 steps.
    @TempDir
    private static Path whole;

    private static String sentence = "";

    @TempDir
    private Path folder;

    /// Of a training that was interrupted in the first epoch.
    private Path interrupted;

    @BeforeAll
    static void train() throws IOException {
        Outcome outcome = train(whole, TRAINING);
        assertThat(outcome.exitCode()).as(outcome.err()).isZero();
        assertThat(FolderContents.of(whole).files()).containsOnlyKeys(MIDDLE, LATER, "step-000000000080.safetensors");
        sentence = result(outcome);
    }

    @BeforeEach
    void interrupt() throws IOException {
        interrupted = Files.createDirectory(folder.resolve("interrupted"));
        copy(MIDDLE);
    }

    private void copy(String name) throws IOException {
        Path ignored = Files.copy(whole.resolve(name), interrupted.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void anInterruptedTrainingEndsAsIfItHadNotBeen() throws IOException {
        Outcome outcome = train(interrupted, TRAINING + " --resume");

        assertThat(result(outcome)).isEqualTo(sentence);
        assertThat(FolderContents.of(interrupted)).isEqualTo(FolderContents.of(whole));
    }

    /// The weights that are evaluated and those that are trained come out of each other to rounding only.
    @Test
    void anEpochThatWasAtItsEndIsEvaluatedAgain() throws IOException {
        String training = "--optimizer schedule_free_adamw --epochs 2";
        Path undisturbed = folder.resolve("undisturbed");
        Outcome outcome = train(undisturbed, 40, training);
        Path resumed = Files.createDirectory(folder.resolve("resumed"));
        String endOfEpoch = "step-000000000040.safetensors";
        Path ignored = Files.copy(undisturbed.resolve(endOfEpoch), resumed.resolve(endOfEpoch));

        assertThat(result(train(resumed, 40, training + " --resume"))).isEqualTo(result(outcome));
        assertThat(FolderContents.of(resumed)).isEqualTo(FolderContents.of(undisturbed));
    }

    @Test
    void whereThereIsNoCheckpointATrainingBegins() throws IOException {
        Path empty = folder.resolve("made/by/the/training");

        Outcome outcome = train(empty, TRAINING + " --resume");

        assertThat(result(outcome)).isEqualTo(sentence);
        assertThat(FolderContents.of(empty)).isEqualTo(FolderContents.of(whole));
    }

    @Test
    void aTrainingThatHasEndedIsOnlyEvaluated() throws IOException {
        FolderContents before = FolderContents.of(whole);

        assertThat(result(train(whole, TRAINING + " --resume"))).isEqualTo(sentence);
        assertThat(FolderContents.of(whole)).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--lr | 0.01 | with learning rate 0.001, not 0.01",
                "--schedule | linear | with schedule warmup-cosine:10, not linear",
                "--set | beta2=0.98 | with settings [beta2=0.99], not [beta2=0.98]",
                "--epochs | 3 | with epochs 2, not 3",
                "--seed | 2 | with seed 1, not 2",
                "--optimizer | adam | trained by",
            })
    void anotherTrainingIsRefused(String option, String value, String reason) throws IOException {
        String changed = option + " " + value;
        String training =
                TRAINING.contains(option) ? TRAINING.replaceFirst(option + " \\S+", changed) : TRAINING + " " + changed;

        requireRefusal(training + " --resume", interrupted.resolve(MIDDLE).toString(), reason);
    }

    @Test
    void checkpointsAreNotMixedWithThoseOfATrainingThatBegins() throws IOException {
        requireRefusal(TRAINING, "there are checkpoints in " + interrupted + " already", "--resume");
    }

    @Test
    void aCheckpointOfAnotherProgramIsRefused() throws IOException {
        Parameter parameter = Parameter.of("w", Shape.of(1), new float[] {1}).gradient(new float[] {1});
        Path file;
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(parameter), Rules.adam(), 0.1))) {
            for (int i = 0; i < 90; i++) {
                optimizer.step();
            }
            file = new CheckpointFolder(interrupted).save(optimizer, Map.of());
        }

        requireRefusal(TRAINING + " --resume", file + " is not of a training of this command");
    }

    @ParameterizedTest
    @ValueSource(strings = {"empty", "shorter", "a bit"})
    void aDamagedCheckpointIsNamedWithTheOneBefore(String damage) throws IOException {
        copy(LATER);
        Path file = interrupted.resolve(LATER);
        byte[] bytes = Files.readAllBytes(file);
        switch (damage) {
            case "empty" -> bytes = new byte[0];
            case "shorter" -> bytes = Arrays.copyOf(bytes, bytes.length / 2);
            default -> bytes[bytes.length - 1] ^= 1;
        }
        Path ignored = Files.write(file, bytes);

        requireRefusal(TRAINING + " --resume", file + " ", ": delete it to go on from " + interrupted.resolve(MIDDLE));

        Files.delete(file);
        assertThat(result(train(interrupted, TRAINING + " --resume"))).isEqualTo(sentence);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aCheckpointThatMayNotBeReadIsNotToBeDeleted() throws IOException {
        Path file = interrupted.resolve(MIDDLE);
        Files.setPosixFilePermissions(file, Set.of());
        Assumptions.assumeFalse(Files.isReadable(file), "root may read everything");

        Outcome outcome = train(interrupted, TRAINING + " --resume");

        assertThat(outcome.err())
                .isEqualToIgnoringNewLines("gradus: " + file + " cannot be read: access to " + file + " is denied");
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void aTrainingThatDivergedDoesNotGoOn() throws IOException {
        Path diverged = folder.resolve("diverged");
        String[] arguments = ("train --optimizer sgd --lr 1e30 --epochs 3 --checkpoint-steps 40 --resume --checkpoint "
                        + diverged)
                .split(" ");
        assertThat(Outcome.of(arguments).out()).contains("the loss became NaN or infinite in epoch 1;");
        FolderContents before = FolderContents.of(diverged);
        assertThat(before.files()).containsOnlyKeys("step-000000000040.safetensors");

        assertThat(Outcome.of(arguments).out()).contains("the loss became NaN or infinite in epoch 1;");
        assertThat(FolderContents.of(diverged)).isEqualTo(before);
    }

    /// The command fails with a sentence, and the folder is as it was.
    private void requireRefusal(String arguments, String... parts) throws IOException {
        FolderContents before = FolderContents.of(interrupted);

        Outcome outcome = train(interrupted, arguments);

        assertThat(outcome.err()).startsWith("gradus: ").contains(parts).hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(FolderContents.of(interrupted)).isEqualTo(before);
    }

    private static Outcome train(Path checkpoints, String arguments) {
        return train(checkpoints, 30, arguments);
    }

    private static Outcome train(Path checkpoints, int steps, String arguments) {
        List<String> words = Stream.concat(
                        Stream.of("train", "--checkpoint", checkpoints.toString(), "--checkpoint-steps", "" + steps),
                        Stream.of(arguments.split(" ")))
                .toList();
        return Outcome.of(words.toArray(String[]::new));
    }

    /// What does not depend on how long it took.
    private static String result(Outcome outcome) {
        assertThat(outcome.out()).as(outcome.err()).contains(" after 2 epochs; ");
        return outcome.out().replaceFirst(";.*\\R", "");
    }
}
