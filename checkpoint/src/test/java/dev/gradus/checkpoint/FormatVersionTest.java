package dev.gradus.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.control.Descend;
import dev.gradus.tensor.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files of format 1, in which groups shared numbers that each of them has now.
class FormatVersionTest {
    private static final Rule FREE = new ScheduleFree(new Descend(), 0.9, 2);

    @TempDir
    private Path folder;

    private static Optimizer optimizer(double[] a, double[] b, Rule rule, double rateOfA, double rateOfB) {
        return Optimizer.of(
                new ParameterGroup(
                        "A", List.of(Parameter.of("a", Shape.of(1), a).gradient(new double[] {1})), rule, rateOfA),
                new ParameterGroup(
                        "B", List.of(Parameter.of("b", Shape.of(1), b).gradient(new double[] {1})), rule, rateOfB));
    }

    private Path saved(Optimizer optimizer, String version) {
        Path file = folder.resolve("file.safetensors");
        optimizer.save(state -> {
            Contents contents = Contents.of(state, optimizer.groups(), Map.of());
            new Contents(contents.state(), contents.groups(), contents.notes(), version).write(file);
            return file;
        });
        return file;
    }

    @Test
    void groupsWithEqualValuesAreRead() {
        double[] a = {1};
        double[] b = {2};
        double[] a2 = {0};
        double[] b2 = {0};
        try (Optimizer optimizer = optimizer(a, b, FREE, 0.1, 0.1);
                Optimizer other = optimizer(a2, b2, FREE, 0.1, 0.1)) {
            optimizer.step();
            optimizer.step();
            assertThat(Checkpoint.load(saved(optimizer, "1"), other).isExact()).isTrue();
            optimizer.step();
            other.step();
            assertThat(a2).isEqualTo(a);
            assertThat(b2).isEqualTo(b);
        }
    }

    @Test
    void groupsThatDifferAreRefused() {
        double[] a = {1};
        try (Optimizer optimizer = optimizer(a, new double[] {2}, FREE, 0.1, 0.01)) {
            optimizer.step();
            Path old = saved(optimizer, "1");
            double[] before = a.clone();
            assertThatThrownBy(() -> Checkpoint.load(old, optimizer))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("has format \"1\", whose numbers cannot be used here")
                    .hasMessageContaining("groups \"A\" and \"B\" shared one scheduleFree.max_lr although their"
                            + " learning_rate differs (constant(0.1) and constant(0.01)), so that it is right for at most one"
                            + " of them");
            assertThat(a).isEqualTo(before);
            assertThat(Checkpoint.load(old, optimizer, Loading.STRICT.onlyValues())
                            .loaded())
                    .isEmpty();
            assertThat(Checkpoint.load(saved(optimizer, "2"), optimizer).isExact())
                    .isTrue();
        }
    }

    @Test
    void groupsThatShareNothingOrAllAreRead() {
        for (Rule rule : List.of(Rules.adam(), Rules.prodigy())) {
            try (Optimizer optimizer = optimizer(new double[] {1}, new double[] {2}, rule, 0.1, 0.01)) {
                optimizer.step();
                assertThat(Checkpoint.load(saved(optimizer, "1"), optimizer).isExact())
                        .isTrue();
            }
        }
    }

    @Test
    void eachGroupGetsItsOwnNumberBackAlsoInPart() {
        double[] a = {1};
        double[] b = {2};
        double[] a2 = {0};
        double[] b2 = {0};
        try (Optimizer optimizer = optimizer(a, b, FREE, 0.1, 0.01);
                Optimizer other = optimizer(a2, b2, FREE, 0.1, 0.01)) {
            optimizer.step();
            optimizer.step();
            Path file = saved(optimizer, Contents.VERSION);
            assertThat(Checkpoint.load(file, other, Loading.STRICT.partial()).isExact())
                    .isTrue();
            for (String number : List.of("group:A/scheduleFree.weight_sum", "group:B/scheduleFree.weight_sum")) {
                assertThat(other.state(number).toArray())
                        .isEqualTo(optimizer.state(number).toArray());
            }
            Checkpoint.load(file, other, Loading.STRICT.onlyValues());
            assertThat(other.state("group:A/scheduleFree.weight_sum").toArray()).containsExactly(0);
            assertThat(other.state("group:B/scheduleFree.weight_sum").toArray()).containsExactly(0);
        }
    }
}
