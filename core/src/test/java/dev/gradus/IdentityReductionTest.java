package dev.gradus;

import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.rowMean;
import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.sum;
import static dev.gradus.expr.Formulas.sumOfSquares;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Notation;
import dev.gradus.rule.Direction;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// A reduction that keeps all axes reduces one element each.
class IdentityReductionTest {
    /// Each reduction of g, and what it is of an element.
    record Case(String name, Direction rule, DoubleUnaryOperator of) {}

    private static final List<Case> CASES = List.of(
            new Case("sum", s -> sum(s.direction(), s.axes()), x -> x),
            new Case("mean", s -> mean(s.direction(), s.axes()), x -> x),
            new Case("maximum", s -> Expr.reduce(Reduction.MAX, s.direction(), s.axes()), x -> x),
            new Case("sum of squares", s -> sumOfSquares(s.direction(), s.axes()), x -> x * x),
            new Case("norm", s -> norm(s.direction(), s.axes()), Math::abs));

    static Stream<Arguments> cases() {
        return CASES.stream()
                .flatMap(c -> Stream.of(Options.Kernels.NEVER, Options.Kernels.EAGER)
                        .flatMap(kernels -> Stream.of(
                                        Shape.of(37), Shape.of(1), Shape.of(5, 7), Shape.of(2, 3, 1, 9), Shape.of(0))
                                .map(shape -> Arguments.of(c, kernels, shape))));
    }

    private static double[] values(Shape shape) {
        double[] values = new double[(int) shape.elements()];
        Arrays.setAll(values, i -> (i % 3 - 1) * 1.1 * (1 + i));
        if (values.length > 2) {
            // The square of one overflows and of the other underflows.
            values[1] = -1e200;
            values[2] = 1e-200;
        }
        return values;
    }

    /// One step at rate 1 from 0, so that the parameter is what the rule made of the gradient.
    private static void step(Parameter parameter, Direction rule, Options.Kernels kernels) {
        ParameterGroup group = new ParameterGroup("all", List.of(parameter), rule, 1);
        try (Optimizer optimizer = Optimizer.of(new Options().withKernels(kernels), group)) {
            optimizer.step();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void itIsTheElementOrItsSquareOrMagnitude(Case reduction, Options.Kernels kernels, Shape shape) {
        double[] gradient = values(shape);
        double[] theta = new double[gradient.length];
        step(Parameter.of("w", shape, theta).gradient(gradient), reduction.rule(), kernels);
        assertThat(theta)
                .containsExactly(Arrays.stream(gradient)
                        .map(x -> 0 - reduction.of().applyAsDouble(x))
                        .toArray());

        float[] gradient32 = new float[gradient.length];
        float[] theta32 = new float[gradient.length];
        float[] expected = new float[gradient.length];
        for (int i = 0; i < gradient.length; i++) {
            gradient32[i] = (float) (gradient[i] * (Math.abs(gradient[i]) < 1e30 ? 1 : 1e-175));
            expected[i] = 0 - (float) reduction.of().applyAsDouble(gradient32[i]);
        }
        step(Parameter.of("w", shape, theta32).gradient(gradient32), reduction.rule(), kernels);
        assertThat(theta32).containsExactly(expected);
    }

    @ParameterizedTest
    @EnumSource(names = {"NEVER", "EAGER"})
    void theRowsOfAVectorAreItsElements(Options.Kernels kernels) {
        double[] theta = new double[3];
        step(
                Parameter.of("w", Shape.of(3), theta).gradient(new double[] {3, -4, -0.0}),
                s -> rowNorm(s.direction()),
                kernels);
        assertThat(theta).containsExactly(-3, -4, 0);
        step(
                Parameter.of("w", Shape.of(3), theta).gradient(new double[] {3, -4, 0}),
                s -> rowMean(s.direction()),
                kernels);
        assertThat(theta).containsExactly(-6, 0, 0);
    }

    @ParameterizedTest
    @EnumSource(names = {"NEVER", "EAGER"})
    void soAreTheRowsOfWhatHasBeenReducedToRows(Options.Kernels kernels) {
        double[] theta = new double[4];
        step(
                Parameter.of("w", Shape.of(2, 2), theta).gradient(new double[] {3, -5, 4, 0}),
                s -> s.direction().times(rowNorm(rowMean(s.direction()))),
                kernels);
        assertThat(theta).containsExactly(-3, 5, -8, 0);
    }

    @Test
    void itIsPrintedAsWhatItIs() {
        Map<String, Direction> rules = Map.of(
                "|gₜ|", s -> rowNorm(s.direction()),
                "gₜ", s -> rowMean(s.direction()),
                "gₜ²", s -> sumOfSquares(s.direction(), s.axes()));
        rules.forEach((written, rule) -> assertThat(RuleFormulas.lines(rule, Shape.of(3), Notation.PLAIN))
                .containsExactly("θₜ = θₜ₋₁ − η·" + written));
    }

    @Test
    void aHostScalarIsStillRefused() {
        assertThatThrownBy(() -> sum(Expr.ONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("SUM needs a value per element, got a host scalar");
    }
}
