package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
    @TempDir
    private Path parent;

    private static Optimizer optimizer() {
        Parameter parameter =
                Parameter.of("a", Shape.of(4), new float[] {1, 2, 3, 4}).gradient(new float[] {1, 1, 1, 1});
        return Optimizer.of(new ParameterGroup("all", List.of(parameter), Rules.adam(), 0.1));
    }

    @Test
    void theLastFewAreKept() {
        CheckpointFolder folder = new CheckpointFolder(parent.resolve("new").resolve("training"), 2);
        assertThat(folder.latest()).isEmpty();
        try (Optimizer optimizer = optimizer()) {
            for (int step = 1; step <= 11; step++) {
                optimizer.step();
                folder.save(optimizer, Map.of());
            }
        }
        assertThat(folder.all().stream().map(file -> file.getFileName().toString()))
                .containsExactly("step-000000000011.safetensors", "step-000000000010.safetensors");
        assertThat(Checkpoint.latest(folder.path())).hasValue(folder.all().getFirst());
    }

    private static List<String> names(CheckpointFolder folder) {
        return folder.all().stream().map(file -> file.getFileName().toString()).toList();
    }

    private static Path save(CheckpointFolder folder, long completed) {
        try (Optimizer optimizer = optimizer()) {
            OptimizerState fresh = optimizer.save(state -> state.copy(Arena.ofAuto()));
            optimizer.load(new OptimizerState(completed, false, fresh.parameters(), fresh.numbers()));
            Path file = folder.save(optimizer, Map.of());
            assertThat(file).exists();
            assertThat(folder.latest()).hasValue(file);
            assertThat(Checkpoint.latest(folder.path())).hasValue(file);
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertThat(checkpoint.completed()).isEqualTo(completed);
            }
            return file;
        }
    }

    @Test
    void aNewRunInAUsedFolderComesAfterTheOld() {
        CheckpointFolder folder = new CheckpointFolder(parent, 1);
        save(folder, 2);
        assertThat(save(folder, 1)).hasFileName("step-000000000001.run-2.safetensors");
        assertThat(names(folder)).containsExactly("step-000000000001.run-2.safetensors");
        assertThat(save(folder, 2)).hasFileName("step-000000000002.run-2.safetensors");
        assertThat(names(folder)).containsExactly("step-000000000002.run-2.safetensors");
        assertThat(save(folder, 0)).hasFileName("step-000000000000.run-3.safetensors");
    }

    @Test
    void aTrainingThatWasRolledBackGoesOnBeyondWhereItWas() {
        CheckpointFolder folder = new CheckpointFolder(parent, 3);
        for (long completed : new long[] {10, 20, 30, 15, 18, 30, 40}) {
            save(folder, completed);
        }
        assertThat(names(folder))
                .containsExactly(
                        "step-000000000040.run-2.safetensors",
                        "step-000000000030.run-2.safetensors",
                        "step-000000000018.run-2.safetensors");
        save(folder, 20);
        assertThat(names(folder))
                .containsExactly(
                        "step-000000000020.run-3.safetensors",
                        "step-000000000040.run-2.safetensors",
                        "step-000000000030.run-2.safetensors");
    }

    @Test
    void savingTwiceAtOneUpdateIsOneCheckpoint() {
        CheckpointFolder folder = new CheckpointFolder(parent, 2);
        assertThat(save(folder, 5)).isEqualTo(save(folder, 5));
        save(folder, 4);
        assertThat(save(folder, 4)).hasFileName("step-000000000004.run-2.safetensors");
        assertThat(folder.all()).hasSize(2);
    }

    @Test
    void aNumberOfMoreDigitsComesLater() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent, 2);
        save(folder, 999_999_999_999L);
        assertThat(save(folder, 1_000_000_000_000L)).hasFileName("step-1000000000000.safetensors");
        Files.createFile(parent.resolve("step-9999999999999999999.safetensors"));
        save(folder, Long.MAX_VALUE);
        assertThat(names(folder))
                .containsExactly("step-9223372036854775807.safetensors", "step-1000000000000.safetensors");
    }

    @Test
    void theLogTellsOfANewRun() {
        List<String> records = new ArrayList<>();
        Logger logger = Logger.getLogger("dev.gradus");
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                records.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        try {
            CheckpointFolder folder = new CheckpointFolder(parent);
            save(folder, 1_000_000);
            save(folder, 2_000_000);
            assertThat(records).isEmpty();
            save(folder, 1_500_000);
            save(folder, 1_600_000);
        } finally {
            logger.removeHandler(handler);
        }
        assertThat(records)
                .containsExactly("the folder of checkpoints " + parent + " has step-000002000000.safetensors already:"
                        + " the training that saves 1500000 updates now is run 2 of the folder");
    }

    @Test
    void otherFilesStay() throws IOException {
        CheckpointFolder folder = new CheckpointFolder(parent, 1);
        Path mine = Files.createFile(parent.resolve("step-best.safetensors"));
        try (Optimizer optimizer = optimizer()) {
            folder.save(optimizer, Map.of());
            optimizer.step();
            folder.save(optimizer, Map.of());
        }
        assertThat(mine).exists();
        assertThat(folder.all()).hasSize(1);
    }

    @Test
    void atLeastOneIsKept() {
        assertThatThrownBy(() -> new CheckpointFolder(parent, 0)).hasMessageContaining("at least 1");
    }

    @Test
    void aFileInPlaceOfTheFolderIsRefused() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        try (Optimizer optimizer = optimizer()) {
            assertThatThrownBy(() -> new CheckpointFolder(file).save(optimizer, Map.of()))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("is not a folder");
            assertThatThrownBy(() -> new CheckpointFolder(file).latest()).hasMessageContaining("is not a folder");
            optimizer.step();
        }
    }

    @Test
    void whatIsSavedInTheBackgroundIsWhatWasThereAtTheCall() {
        CheckpointFolder folder = new CheckpointFolder(parent);
        try (Optimizer optimizer = optimizer();
                Optimizer expected = optimizer();
                Optimizer loaded = optimizer()) {
            try (BackgroundSaver saver = new BackgroundSaver(folder)) {
                for (int step = 0; step < 20; step++) {
                    optimizer.step();
                    CompletableFuture<Path> file = saver.save(optimizer, Map.of());
                    optimizer.step();
                    assertThat(file.join()).exists();
                }
            }
            for (int step = 0; step < 19; step++) {
                expected.step();
            }
            Checkpoint.load(parent.resolve("step-000000000019.safetensors"), loaded);
            assertThat(loaded.state("a/adam.exp_avg_sq").toArray())
                    .isEqualTo(expected.state("a/adam.exp_avg_sq").toArray());
            assertThat(loaded.completed()).isEqualTo(19);
        }
    }

    @Test
    void aSaveThatFailsInTheBackgroundIsToldAtTheNext() throws IOException {
        Path file = Files.createFile(parent.resolve("file"));
        try (Optimizer optimizer = optimizer();
                BackgroundSaver saver = new BackgroundSaver(new CheckpointFolder(file))) {
            CompletableFuture<Path> failing = saver.save(optimizer, Map.of());
            assertThatThrownBy(failing::join)
                    .isInstanceOf(CompletionException.class)
                    .hasCauseInstanceOf(CheckpointException.class);
            assertThatThrownBy(() -> saver.save(optimizer, Map.of())).isInstanceOf(CheckpointException.class);
        }
    }
}
