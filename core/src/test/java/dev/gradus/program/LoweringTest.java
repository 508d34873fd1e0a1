package dev.gradus.program;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.cbrt;
import static dev.gradus.expr.Formulas.exp;
import static dev.gradus.expr.Formulas.log;
import static dev.gradus.expr.Formulas.log1p;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.tanh;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What programs compute is what their expressions mean, evaluated naively: every node over the whole tensor, in
/// float64, without passes.
class LoweringTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void randomChainsComputeWhatTheirExpressionsMean(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            requireAgreement(RandomRules.next(random), Shape.of(4, 3, 2, 3), seed);
            requireAgreement(RandomRules.next(random), Shape.of(5, 7), seed);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void randomWrappersOfWrappersComputeWhatTheirExpressionsMean(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            Rule rule = RandomRules.wrapped(random);
            requireAgreement(rule, Shape.of(5, 7), seed, random.nextBoolean() ? 4 : -1);
        }
    }

    /// Backends decompose functions; the listing and the graph have them whole.
    @Test
    void functionsOfElementsComputeWhatTheyMeanAndStandWholeInTheListing() {
        Direction functions = s -> {
            Expr g = s.direction();
            Expr m = s.state("m").becomes(old -> tanh(old.times(0.5).plus(g)));
            return cbrt(m).plus(log1p(square(g))).minus(log(abs(g).plus(exp(m))));
        };
        requireAgreement(functions, Shape.of(5, 7), 9);
        assertThat(Listing.of(Program.of(Trace.of(functions, "w", Shape.of(5, 7)), false)))
                .contains("= tanh(r", "= cbrt(r", "= log1p(r", "= log(r", "= exp(r");
    }

    private static void requireAgreement(Rule rule, Shape shape, long seed) {
        requireAgreement(rule, shape, seed, -1);
    }

    /// @param bad the step with a gradient that is not finite, or −1
    private static void requireAgreement(Rule rule, Shape shape, long seed, int bad) {
        int elements = (int) shape.elements();
        Random random = new Random(seed);
        double[] values = random.doubles(elements, -1, 1).toArray();
        double[] gradient = new double[elements];
        Meaning meaning = new Meaning(Trace.of(rule, "w", shape), shape, values.clone(), 0.05);
        Parameter w = Parameter.of("w", shape, values).gradient(gradient);
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), rule, 0.05))) {
            for (int step = 0; step < 9; step++) {
                for (int i = 0; i < elements; i++) {
                    gradient[i] = random.nextGaussian();
                }
                if (step == bad) {
                    gradient[elements / 2] = Double.NaN;
                }
                optimizer.step();
                meaning.step(gradient);
            }
            requireClose(rule, "theta", values, meaning.theta());
            Map<String, double[]> states = meaning.states();
            for (StateView state : optimizer.states()) {
                String name = state.name().substring(state.name().indexOf('/') + 1);
                requireClose(
                        rule,
                        name,
                        state.toArray(),
                        meaning.inShape(Objects.requireNonNull(states.get(name)), state.shape()));
            }
        }
    }

    private static void requireClose(Rule rule, String name, double[] actual, double[] expected) {
        double size = 0;
        for (double x : expected) {
            size = Math.max(size, Math.abs(x));
        }
        assertThat(actual).as("%s of %s", name, rule).containsExactly(expected, within(1e-9 * size + 1e-14));
    }
}
