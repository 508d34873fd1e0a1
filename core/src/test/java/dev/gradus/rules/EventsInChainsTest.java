package dev.gradus.rules;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.clip.ClipByValue;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.AddNoise;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Partition;
import dev.gradus.rules.control.Sam;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Links guard and transform what events of the links behind them see, as in a step.
class EventsInChainsTest {
    private static final String LOOK = "look";

    /// Records the direction that arrives, in a step and at an event.
    record Probe() implements Rule {
        @Override
        public Step apply(Step s) {
            s.state("at_event").weights().before();
            s.state("in_step").weights().write(old -> s.direction());
            return s;
        }

        @Override
        public Set<String> events() {
            return Set.of(LOOK);
        }

        @Override
        public Step on(String event, Step s) {
            s.state("at_event").weights().write(old -> s.direction());
            return s;
        }
    }

    private final double[] theta = {1};
    private final double[] gradient = {1};

    private Optimizer optimizer(Rule rule) {
        return Optimizer.of(new ParameterGroup(
                "all", List.of(Parameter.of("w", Shape.of(1), theta).gradient(gradient)), rule, 1));
    }

    @Test
    void theHessianIsOfTheTrueGradient() {
        try (Optimizer optimizer = optimizer(chain(new ScaleLoss(4, 2, 0.5, 2000), Rules.sophia()))) {
            gradient[0] = 4;
            optimizer.fire(Sophia.UPDATE_HESSIAN);
            assertThat(optimizer.state("w/sophia.hessian").toArray()[0]).isCloseTo(0.05, Offset.offset(1e-15));
        }
    }

    /// The loss overflows at its first scale, at both points.
    @Test
    void aLossThatOverflowsCostsSamOneStep() {
        try (Optimizer optimizer =
                optimizer(chain(new ScaleLoss(), new Sam(new Descend(), 0.5, Sam.Neighbourhood.BALL)))) {
            gradient[0] = Double.POSITIVE_INFINITY;
            optimizer.fire(Sam.PERTURB);
            assertThat(theta[0]).as("not perturbed").isEqualTo(1);
            optimizer.step();
            assertThat(theta[0]).isEqualTo(1);
            assertThat(optimizer.completed()).isZero();
            assertThat(optimizer.state("/scaleLoss.scale").toArray()).containsExactly(32768);
            gradient[0] = 0.25 * 32768;
            optimizer.fire(Sam.PERTURB);
            assertThat(theta[0]).isEqualTo(1.5);
            optimizer.step();
            assertThat(theta[0]).isEqualTo(0.75);
            assertThat(optimizer.completed()).isEqualTo(1);
        }
    }

    @Test
    void anEventThatIsLeftOutChangesNoState() {
        try (Optimizer optimizer = optimizer(chain(new SkipNonFinite(), Rules.sophia()))) {
            gradient[0] = Double.NaN;
            optimizer.fire(Sophia.UPDATE_HESSIAN);
            optimizer
                    .states()
                    .forEach(state ->
                            assertThat(state.toArray()).as(state.name()).containsOnly(0));
        }
    }

    @Test
    void aMomentBeforeTheLinkIsReadButNotWritten() {
        Rule rule = chain(new Ema(0.5), new Probe());
        try (Optimizer optimizer = optimizer(rule)) {
            gradient[0] = 2;
            optimizer.step();
            gradient[0] = 6;
            optimizer.fire(LOOK);
            optimizer.fire(LOOK);
            assertThat(optimizer.state("w/probe.at_event").toArray()[0])
                    .isCloseTo((0.5 * 1 + 0.5 * 6) / 0.75, Offset.offset(1e-14));
            assertThat(optimizer.state("w/ema.exp_avg").toArray()).containsExactly(1);
        }
    }

    @Test
    void aMaskBeforeTheLinkHolds() {
        for (Rule scale : List.of(
                new Scale(3).onlyFor(Mask.named("w")),
                new Partition(Mask.named("w"), new Scale(3), new Scale(7)),
                chain(chain(new Scale(3)), new Scale(9).onlyFor(Mask.named("x"))),
                new Scale(3).named("other"))) {
            try (Optimizer optimizer = optimizer(chain(scale, new Probe()))) {
                optimizer.fire(LOOK);
                assertThat(optimizer.state("w/probe.at_event").toArray())
                        .as("%s", scale)
                        .containsExactly(3);
            }
        }
    }

    @Test
    void linksBehindTheRuleNeitherGuardNorTransform() {
        Rule rule = chain(new Probe(), new Scale(3), new SkipNonFinite());
        try (Optimizer optimizer = optimizer(rule)) {
            gradient[0] = Double.POSITIVE_INFINITY;
            optimizer.fire(LOOK);
            assertThat(optimizer.state("w/probe.at_event").toArray()).containsExactly(Double.POSITIVE_INFINITY);
        }
    }

    /// Also where the link that collects stands under a mask.
    @Test
    void accumulationCollectsStepsOnly() {
        for (Rule collect :
                List.of(new Accumulate(new Scale(3), 2), new Accumulate(new Scale(3), 2).onlyFor(Mask.named("w")))) {
            try (Optimizer optimizer = optimizer(chain(collect, new Probe()))) {
                optimizer.fire(LOOK);
                assertThat(optimizer.state("w/probe.at_event").toArray()).containsExactly(3);
                assertThat(optimizer.state("w/accumulate.calls").toArray()).containsExactly(0);
            }
        }
    }

    @Test
    void aNormIsOverAllParametersThatTheEventReaches() {
        double[] other = {1};
        double[] otherGradient = {4};
        gradient[0] = 3;
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup(
                "all",
                List.of(
                        Parameter.of("v", Shape.of(1), other).gradient(otherGradient),
                        Parameter.of("w", Shape.of(1), theta).gradient(gradient)),
                chain(new ClipByGlobalNorm(1), new Probe()),
                1))) {
            optimizer.fire(LOOK);
            assertThat(optimizer.state("w/probe.at_event").toArray()[0]).isCloseTo(0.6, Offset.offset(1e-15));
            assertThat(optimizer.state("v/probe.at_event").toArray()[0]).isCloseTo(0.8, Offset.offset(1e-15));
        }
    }

    /// A link that reacts says itself what those behind it see.
    record Doubled() implements Rule {
        @Override
        public Step apply(Step s) {
            return s.direction(s.direction().times(2));
        }

        @Override
        public Set<String> events() {
            return Set.of(LOOK);
        }

        @Override
        public Step on(String event, Step s) {
            s.scalar("n", Expr.ZERO).write(old -> ema(Expr.constant(0.5), old, Expr.ONE));
            return apply(s);
        }
    }

    @Test
    void whatALinkThatReactsReturnsIsWhatTheNextOneSees() {
        try (Optimizer optimizer = optimizer(chain(new Doubled(), new ClipByValue(1.5), new Probe()))) {
            optimizer.fire(LOOK);
            assertThat(optimizer.state("w/probe.at_event").toArray()).containsExactly(1.5);
        }
    }

    static Stream<Rule> catalogue() {
        return Stream.concat(
                        Rules.all().stream().map(Rules.Entry::rule),
                        Rules.otherParts().stream()
                                .filter(Rule.class::isInstance)
                                .map(Rule.class::cast))
                .distinct()
                .filter(rule -> !(rule instanceof Accumulate || rule instanceof AddNoise));
    }

    /// Over the whole catalogue: an event sees the direction that a step would have, and writes nothing of the links
    /// before it.
    @ParameterizedTest
    @MethodSource("catalogue")
    void anEventSeesTheDirectionOfTheStep(Rule rule) {
        for (Shape shape : List.of(Shape.of(6), Shape.of(2, 3), Shape.of(1, 2, 3, 1))) {
            double[] values = new Random(1).doubles(6, -1, 1).toArray();
            double[] given = new Random(2).doubles(6, -1, 1).toArray();
            Parameter w = Parameter.of("w", shape, values).gradient(given);
            try (Optimizer optimizer =
                    Optimizer.of(new ParameterGroup("all", List.of(w), chain(rule, new Probe()), 0.05))) {
                for (int step = 0; step < 4; step++) {
                    double[] before = values.clone();
                    Map<String, double[]> states = states(optimizer);
                    optimizer.fire(LOOK);
                    assertThat(values).isEqualTo(before);
                    Map<String, double[]> after = states(optimizer);
                    double[] seen = after.get("w/probe.at_event");
                    states.put("w/probe.at_event", seen);
                    states.forEach((name, value) ->
                            assertThat(after.get(name)).as(name).isEqualTo(value));
                    optimizer.step();
                    double[] expected = optimizer.state("w/probe.in_step").toArray();
                    double largest =
                            Arrays.stream(expected).map(Math::abs).max().orElse(0);
                    assertThat(seen)
                            .as("step %s, %s", step, shape)
                            .containsExactly(expected, Offset.offset(1e-12 * largest));
                    Arrays.setAll(given, i -> 0.7 * given[i] + 0.1 * i);
                }
            }
        }
    }

    private static Map<String, double[]> states(Optimizer optimizer) {
        Map<String, double[]> states = new LinkedHashMap<>();
        for (StateView state : optimizer.states()) {
            states.put(state.name(), state.toArray());
        }
        return states;
    }
}
