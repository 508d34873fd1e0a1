package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
                    .isInstanceOf(CheckpointException.class);
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
