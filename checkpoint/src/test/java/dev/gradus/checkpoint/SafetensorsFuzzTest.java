package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateFormat;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/// Whatever the bytes are, they are read, or refused with a [CheckpointException], and what is refused changes nothing.
///
/// The inputs in the resources are replayed by every build; `docs/checkpoints.md` says how to search for more.
class SafetensorsFuzzTest {
    private final float[] values = new float[256];
    private final Optimizer optimizer =
            Optimizer.of(new ParameterGroup("all", List.of(Parameter.of("a", Shape.of(256), values)), Rules.adam(), 0.1)
                    .withStateFormat(StateFormat.EIGHT_BIT));

    @FuzzTest(maxDuration = "20m")
    void bytesAreReadOrRefused(byte[] bytes) {
        try (Safetensors file = Safetensors.of(bytes)) {
            for (Tensor tensor : file.tensors()) {
                if (tensor.type().isNumber() && tensor.shape().elements() > 0) {
                    double last = tensor.get(tensor.shape().elements() - 1);
                    assertThat(tensor.type().isFloat() || Double.isFinite(last)).isTrue();
                }
            }
            load(file);
        } catch (CheckpointException refused) {
            assertThat(refused.problems()).isNotEmpty();
        }
    }

    /// Sums are not verified here: hardly any changed file would get past them.
    private void load(Safetensors file) {
        try {
            Contents.verify(file);
        } catch (CheckpointException damaged) {
            assertThat(damaged.problems()).isNotEmpty();
        }
        Contents contents = Contents.read(file);
        for (Loading options : List.of(Loading.STRICT.partial(), Loading.STRICT)) {
            float[] before = values.clone();
            long completed = optimizer.completed();
            try {
                new Loader(contents, options).load(optimizer);
            } catch (CheckpointException refused) {
                assertThat(Arrays.equals(values, before)).isTrue();
                assertThat(optimizer.completed()).isEqualTo(completed);
            }
        }
    }
}
