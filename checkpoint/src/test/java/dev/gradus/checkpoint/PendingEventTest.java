package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rules.Rules;
import dev.gradus.rules.control.Sam;
import dev.gradus.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Saving and loading between an event that has moved the parameters and its step.
class PendingEventTest {
    @TempDir
    private Path folder;

    private static Optimizer optimizer(double[] values) {
        Parameter w = Parameter.of("w", Shape.of(2), values).gradient(new double[] {3, 4});
        return Optimizer.of(new ParameterGroup("all", List.of(w), new Sam(Rules.adam()), 0.1));
    }

    @Test
    void aCheckpointGoesOnInTheMiddleAndSaysSo() {
        double[] values = {1, 2};
        double[] others = {5, 6};
        Path file = folder.resolve("middle.safetensors");
        try (Optimizer optimizer = optimizer(values);
                Optimizer other = optimizer(others)) {
            optimizer.fire(Sam.PERTURB);
            double[] moved = values.clone();
            Checkpoint.save(file, optimizer);
            try (Checkpoint checkpoint = Checkpoint.open(file)) {
                assertThat(checkpoint.state().pendingEvents()).containsExactly(Sam.PERTURB);
            }
            LoadReport report = Checkpoint.load(file, other);
            assertThat(report.pendingEvents()).containsExactly(Sam.PERTURB);
            assertThat(report.isExact()).isTrue();
            assertThat(others).containsExactly(moved);
            other.cancelEvent();
            assertThat(others).containsExactly(1, 2);
            optimizer.step();
            LoadReport again = Checkpoint.load(file, other);
            other.step();
            assertThat(others).as("%s", again).containsExactly(values);

            Checkpoint.save(file, optimizer);
            assertThat(Checkpoint.load(file, other).pendingEvents()).isEmpty();
        }
    }

    @Test
    void itIsLoadedAsAWholeOnly() {
        Path file = folder.resolve("middle.safetensors");
        Path whole = folder.resolve("whole.safetensors");
        double[] values = {1, 2};
        try (Optimizer optimizer = optimizer(values)) {
            Checkpoint.save(whole, optimizer);
            optimizer.fire(Sam.PERTURB);
            Checkpoint.save(file, optimizer);
            double[] moved = values.clone();
            for (Loading part : List.of(Loading.STRICT.partial(), Loading.STRICT.onlyValues())) {
                assertThatThrownBy(() -> Checkpoint.load(file, optimizer, part))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining(
                                "was saved between the event \"perturb\" and its step: it can only be loaded as a whole");
                assertThatThrownBy(() -> Checkpoint.load(whole, optimizer, part))
                        .isInstanceOf(CheckpointException.class)
                        .hasMessageContaining(
                                "can only be loaded as a whole between the event \"perturb\" and its step");
            }
            assertThat(values).containsExactly(moved);
        }
    }

    @Test
    void aFileForPyTorchIsRefused() {
        Path file = folder.resolve("torch.safetensors");
        try (Optimizer optimizer = optimizer(new double[] {1, 2})) {
            optimizer.fire(Sam.PERTURB);
            assertThatThrownBy(() -> TorchState.save(file, optimizer))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(
                            "the event \"perturb\" has moved parameters until its step, which PyTorch cannot"
                                    + " make: make the step, or call cancelEvent(), which puts them back");
            assertThat(Files.exists(file)).isFalse();
            optimizer.cancelEvent();
            TorchState.save(file, optimizer);
            assertThat(Files.exists(file)).isTrue();
        }
    }
}
