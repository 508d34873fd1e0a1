package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.checkpoint.Checkpoint;
import dev.gradus.checkpoint.CheckpointFolder;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;

/// Trainings that are killed again and again, and resumed, leave the same files as trainings that nobody disturbs.
///
/// The times are uniformly random over the time of the undisturbed training, so that kills also come while the machine
/// starts and while a checkpoint is saved. Many steps with a checkpoint each, on a disk, make saving a large part of
/// it.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals")
class KillTest {
    private static final int EPOCHS = 10;

    /// Kills that are wanted: in all, and inside a save.
    private static final int KILLS = 60;

    private static final int IN_SAVE = 10;

    /// Where only 5 % of the kills are inside a save, of 1,000 fewer than 10 are with a probability of 5e-13.
    private static final int MOST_KILLS = 1_000;

    private static final List<List<String>> RULES = List.of(
            List.of("--optimizer", "adamw", "--schedule", "warmup-cosine:20"),
            List.of(
                    "--optimizer",
                    "chain(clipByGlobalNorm, lookahead(chain(radam, decayWeights(0.1))))",
                    "--schedule",
                    "linear:0.1"),
            List.of("--optimizer", "schedule_free_adamw"));

    @TempDir(factory = OnDisk.class)
    private Path folder;

    private final Random random = new Random(1);
    private final Tally tally = new Tally();

    @Test
    void aTrainingThatIsKilledEndsWithTheSameFiles() throws Exception {
        for (int number = 0; tally.kills() < 3; number++) {
            killTraining(number, 3 - tally.kills());
        }
        System.out.println(tally);
    }

    @Test
    @Tag("kill")
    void trainingsThatAreKilledAtLeast60TimesEndWithTheSameFiles() throws Exception {
        for (int number = 0;
                tally.kills() < KILLS || (tally.inSave < IN_SAVE && tally.kills() < MOST_KILLS);
                number++) {
            killTraining(number, 10);
        }
        System.out.println(tally);
        assertThat(tally.kills()).isGreaterThanOrEqualTo(KILLS);
        assertThat(tally.inSave).isGreaterThanOrEqualTo(IN_SAVE);
    }

    /// @param most after so many kills the training is left alone, so that it ends also where the machine has become
    ///     slower than it was when the undisturbed training was timed; three or four are usual
    private void killTraining(int number, int most) throws IOException, InterruptedException {
        Path whole = folder.resolve("whole-" + number);
        long begin = System.nanoTime();
        start(number, whole).finish();
        long nanos = System.nanoTime() - begin;

        Path killed = folder.resolve("killed-" + number);
        int kills = 0;
        while (kills < most && killOnce(number, killed, nanos)) {
            kills++;
        }
        if (kills == most) {
            start(number, killed).finish();
        }

        tally.trainings++;
        FolderContents expected = FolderContents.of(whole);
        assertThat(expected.files()).hasSize(3);
        assertThat(FolderContents.of(killed))
                .as("training %d, which was killed %d times", number, kills)
                .isEqualTo(expected);
    }

    /// @return whether the process was killed; false if the training ended before
    private boolean killOnce(int number, Path checkpoints, long nanos) throws IOException, InterruptedException {
        Optional<Path> before = Checkpoint.latest(checkpoints);
        TrainingProcess process = start(number, checkpoints);
        if (!process.isKilledAfter(random.nextLong(nanos))) {
            return false;
        }
        Optional<Path> after = Checkpoint.latest(checkpoints);
        assertThat(after.map(Path::toString).orElse(""))
                .isGreaterThanOrEqualTo(before.map(Path::toString).orElse(""));
        for (Path file : new CheckpointFolder(checkpoints).all()) {
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                checkpoint.verify();
            }
        }
        if (leftTemporaryFile(checkpoints, process.pid())) {
            tally.inSave++;
        } else if (after.equals(before)) {
            tally.beforeFirstSave++;
        } else {
            tally.betweenSaves++;
        }
        return true;
    }

    private TrainingProcess start(int number, Path checkpoints) throws IOException {
        Stream<String> arguments = Stream.concat(
                RULES.get(number % RULES.size()).stream(),
                Stream.of(
                        "--epochs",
                        Integer.toString(EPOCHS),
                        "--seed",
                        Integer.toString(number),
                        "--checkpoint",
                        checkpoints.toString(),
                        "--checkpoint-steps",
                        "1",
                        "--resume"));
        return TrainingProcess.start(arguments.toList(), folder.resolve("log"));
    }

    /// A file is written under a temporary name, which has the number of the process in it, and then renamed: whoever
    /// dies between the two leaves it.
    private static boolean leftTemporaryFile(Path checkpoints, long pid) throws IOException {
        if (Files.notExists(checkpoints)) {
            return false;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(checkpoints, ".*." + pid + "-*.tmp")) {
            return left.iterator().hasNext();
        }
    }

    /// In the module's build folder: the system's temporary folder may be memory, where saving takes no time.
    static final class OnDisk implements TempDirFactory {
        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext test) throws IOException {
            return Files.createTempDirectory(
                    Files.createDirectories(Path.of("target").toAbsolutePath()), "kills");
        }
    }

    /// When the kills came.
    private static final class Tally {
        private int trainings;
        private int inSave;
        private int betweenSaves;
        private int beforeFirstSave;

        int kills() {
            return inSave + betweenSaves + beforeFirstSave;
        }

        @Override
        public String toString() {
            return String.format(
                    "%d trainings ended as if they had not been killed %d times: %d times while a checkpoint was saved, "
                            + "%d times between two, %d times before the first of the process",
                    trainings, kills(), inSave, betweenSaves, beforeFirstSave);
        }
    }
}
