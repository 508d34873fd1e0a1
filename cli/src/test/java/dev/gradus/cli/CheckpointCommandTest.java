package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.checkpoint.Checkpoint;
import dev.gradus.cli.CommandLineTest.Outcome;
import dev.gradus.rule.Chain;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `gradus checkpoint` on files that an optimizer has written.
class CheckpointCommandTest {
    @TempDir
    private Path folder;

    private String saved(String name, int steps) {
        Path file = folder.resolve(name);
        Parameter w = Parameter.of("w", Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})
                .gradient(new float[] {1, -1, 2, -2, 3, -3});
        Chain rule = Chain.chain(Rules.adam(), Rules.decayWeights(0.1));
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), rule, 0.01))) {
            for (int i = 0; i < steps; i++) {
                optimizer.step();
            }
            Checkpoint.save(file, optimizer);
        }
        return file.toString();
    }

    @Test
    void showsWhatIsInside() {
        Outcome shown = Outcome.of("checkpoint", saved("a.safetensors", 2), "--verify");
        assertThat(shown.exitCode()).isZero();
        assertThat(shown.out())
                .contains("2 updates; everything is as its checksum says.")
                .contains("chain(adam, decayWeights(0.1))")
                .contains("w/adam.exp_avg_sq")
                .contains("[2, 3]");
    }

    @Test
    void saysWhatDiffers() {
        String one = saved("one.safetensors", 1);
        Outcome same = Outcome.of("checkpoint", "--diff", one, saved("same.safetensors", 1));
        assertThat(same.exitCode()).isZero();
        Outcome different = Outcome.of("checkpoint", "--diff", one, saved("two.safetensors", 2));
        assertThat(different.exitCode()).isEqualTo(1);
        assertThat(different.out()).contains("w/adam.exp_avg");
    }

    @Test
    void aDamagedFileIsRefusedInASentence() throws Exception {
        Path file = Path.of(saved("damaged.safetensors", 1));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Path ignored = Files.write(file, bytes);
        Outcome outcome = Outcome.of("checkpoint", "--verify", file.toString());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.err()).contains("is damaged: tensor \"w/adam.exp_avg_sq\" is not as it was written");
        assertThat(Outcome.of("checkpoint", folder.resolve("none").toString()).exitCode())
                .isEqualTo(2);
    }
}
