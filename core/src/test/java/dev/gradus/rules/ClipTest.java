package dev.gradus.rules;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Rule;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.clip.ClipByNorm;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.clip.ClipByValue;
import dev.gradus.rules.clip.Norm;
import dev.gradus.rules.clip.RecordNorm;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.project.ProjectMaxNorm;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is clipped to a norm that is not a number is NaN: a large gradient beside it never passes unclipped.
class ClipTest {
    static Stream<Rule> clipsOfATensor() {
        return Stream.of(
                new ClipByNorm(),
                new ClipByNorm(1, Norm.MAX),
                new ClipByNorm(Double.POSITIVE_INFINITY),
                new ClipByGlobalNorm(),
                new ClipByGlobalNorm(1, Norm.MAX),
                new ClipByGlobalNorm(Double.POSITIVE_INFINITY),
                new ClipByRms(),
                new ClipAdaptively(),
                new ProjectMaxNorm());
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

    @ParameterizedTest
    @EnumSource
    void aNaNInOneGradientIsInTheGlobalNormOfAll(Norm norm) {
        double[][] values = stepped(new ClipByGlobalNorm(1, norm), new double[] {Double.NaN}, new double[] {100});

        assertThat(values[0]).containsOnly(Double.NaN);
        assertThat(values[1]).containsOnly(Double.NaN);
    }

    @Test
    void theLargestMagnitudeIsScaledDownToTheLimit() {
        ClipByGlobalNorm together = new ClipByGlobalNorm(2, Norm.MAX);
        double[][] values = stepped(together, new double[] {1, 4}, new double[] {-8, 2}, new double[0]);
        assertThat(values[0]).containsExactly(0.75, 0);
        assertThat(values[1]).containsExactly(3, 0.5);
        values = stepped(new ClipByNorm(2, Norm.MAX), new double[] {1, 4}, new double[] {-2, 1}, new double[0]);
        assertThat(values[0]).containsExactly(0.5, -1);
        assertThat(values[1]).as("within the limit").containsExactly(3, 0);
    }

    @Test
    void aLimitOfInfinityLeavesEveryDirectionAsItIs() {
        for (Norm norm : Norm.values()) {
            for (Rule clip : List.of(
                    new ClipByNorm(Double.POSITIVE_INFINITY, norm),
                    new ClipByGlobalNorm(Double.POSITIVE_INFINITY, norm))) {
                double[][] values = stepped(clip, new double[] {3, 4e200}, new double[] {Double.POSITIVE_INFINITY, 7});
                assertThat(values[0]).containsExactly(-2, 1 - 4e200);
                assertThat(values[1]).containsExactly(Double.NEGATIVE_INFINITY, -6);
            }
        }
        assertThatThrownBy(() -> new ClipByNorm(0)).hasMessage("ClipByNorm: max_norm must be in (0, inf], got 0.0");
    }

    /// Of each place in a chain, in float32, whose squares are added in float64.
    @ParameterizedTest
    @EnumSource
    void aNormIsRecordedAtItsPlaceInTheChain(Norm norm) {
        float[] w = {1, 1};
        float[] b = {1};
        float[] wGradient = {3, 0};
        float[] bGradient = {-4};
        List<Parameter> parameters = List.of(
                Parameter.of("w", Shape.of(2), w).gradient(wGradient),
                Parameter.of("b", Shape.of(1), b).gradient(bGradient));
        Rule rule = chain(
                new RecordNorm(RecordNorm.Scope.ALL, norm),
                new RecordNorm(RecordNorm.Scope.TENSOR, norm).named("each"),
                new ClipByGlobalNorm(2, norm),
                new RecordNorm(RecordNorm.Scope.ALL, norm).named("clipped"));
        double whole = norm == Norm.L2 ? 5 : 4;
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", parameters, rule, 1))) {
            assertThat(optimizer.state("/recordNorm.norm").toArray()).containsExactly(0);
            optimizer.step();
            assertThat(optimizer.state("/recordNorm.norm").toArray()).containsExactly(whole);
            assertThat(optimizer.state("w/each.norm").toArray()).containsExactly(3);
            assertThat(optimizer.state("b/each.norm").toArray()).containsExactly(4);
            assertThat(optimizer.state("/clipped.norm").toArray()[0]).isCloseTo(2, within(1e-6));
            wGradient[1] = Float.NaN;
            optimizer.step();
            assertThat(optimizer.state("/recordNorm.norm").toArray()).containsExactly(Double.NaN);
        }
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
