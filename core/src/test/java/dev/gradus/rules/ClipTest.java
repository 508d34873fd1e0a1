package dev.gradus.rules;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Rule;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.clip.ClipByNorm;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.clip.ClipByValue;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.project.ProjectMaxNorm;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is clipped to a norm that is not a number is NaN: a large gradient beside it never passes unclipped.
class ClipTest {
    static Stream<Rule> clipsOfATensor() {
        return Stream.of(
                new ClipByNorm(), new ClipByGlobalNorm(), new ClipByRms(), new ClipAdaptively(), new ProjectMaxNorm());
    }

    /// The gradients of one parameter each, and the parameters, all 1 at first, after a step with learning rate 1.
    private static double[][] stepped(Rule rule, double[]... gradients) {
        double[][] values = new double[gradients.length][];
        List<Parameter> parameters = Stream.iterate(0, i -> i < gradients.length, i -> i + 1)
                .map(i -> {
                    values[i] = DoubleStream.generate(() -> 1)
                            .limit(gradients[i].length)
                            .toArray();
                    return Parameter.of("p" + i, Shape.of(gradients[i].length), values[i])
                            .gradient(gradients[i]);
                })
                .toList();
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", parameters, rule, 1))) {
            optimizer.step();
        }
        return values;
    }

    @Test
    void aNaNInOneGradientIsInTheGlobalNormOfAll() {
        double[][] values = stepped(new ClipByGlobalNorm(1), new double[] {Double.NaN}, new double[] {100});

        assertThat(values[0]).containsOnly(Double.NaN);
        assertThat(values[1]).containsOnly(Double.NaN);
    }

    @ParameterizedTest
    @MethodSource("clipsOfATensor")
    void aNaNInAGradientIsInTheWholeTensor(Rule clip) {
        assertThat(stepped(chain(clip, new Descend()), new double[] {100, Double.NaN, 0})[0])
                .containsOnly(Double.NaN);
    }

    @Test
    void aNaNIsClippedByValueAlone() {
        assertThat(stepped(new ClipByValue(2), new double[] {100, Double.NaN, 0})[0])
                .containsExactly(-1, Double.NaN, 1);
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void anInfiniteNormScalesTheRestToZero(double infinite) {
        double[][] values = stepped(new ClipByGlobalNorm(1), new double[] {infinite}, new double[] {100});

        assertThat(values[0]).containsOnly(Double.NaN);
        assertThat(values[1]).containsExactly(1);
    }

    @Test
    void aNormAtTheLimitIsLeftAndALargerOneIsScaledDownToIt() {
        assertThat(stepped(new ClipByNorm(5), new double[] {3, 4})[0]).containsExactly(-2, -3);
        assertThat(stepped(new ClipByNorm(5), new double[] {6, 8})[0]).containsExactly(-2, -3);
        assertThat(stepped(new ClipByNorm(5), new double[] {0, 0})[0]).containsExactly(1, 1);
    }
}
