package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.expr.Expr;
import dev.gradus.expr.State;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.DAdaptAdam;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What parameters share does not depend on their names.
class SharedNumbersTest {
    private static final Rule FREE = new ScheduleFree(new Descend(), 0.9, 2);

    private static ParameterGroup group(
            String group, String name, double[] theta, double[] g, Rule rule, Schedule rate) {
        return new ParameterGroup(
                group, List.of(Parameter.of(name, Shape.of(theta.length), theta).gradient(g)), rule, rate);
    }

    private static ParameterGroup group(String group, String name, double[] theta, Rule rule, double rate) {
        return group(group, name, theta, new double[] {1}, rule, Schedules.constant(rate));
    }

    @Test
    void aScheduleFreeRuleWeightsWithTheRatesOfItsGroup() {
        for (List<String> names : List.of(List.of("a", "b"), List.of("b", "a"))) {
            double[] a = {1};
            double[] b = {1};
            try (Optimizer optimizer =
                    Optimizer.of(group("A", names.get(0), a, FREE, 0.1), group("B", names.get(1), b, FREE, 0.01))) {
                optimizer.step();
                optimizer.step();
                assertThat(optimizer.state("group:A/scheduleFree.weight_sum").toArray()[0])
                        .isCloseTo(0.02, within(1e-15));
                assertThat(optimizer.state("group:B/scheduleFree.max_lr").toArray())
                        .containsExactly(0.01);
                optimizer.evaluate();
                assertThat(a[0]).as("names %s", names).isCloseTo(0.85, within(1e-15));
                assertThat(b[0]).isCloseTo(0.985, within(1e-15));
            }
        }
    }

    static Stream<Rule> distances() {
        return Stream.of(Rules.prodigy(), new DAdaptAdam());
    }

    @ParameterizedTest
    @MethodSource("distances")
    void aGroupAtRateZeroLeavesTheOthersEstimateAlone(Rule rule) {
        double[][] alone = run(rule, List.of("m"), List.of(1.0), 30);
        for (String frozen : List.of("a", "z")) {
            double[][] beside = run(rule, List.of("m", frozen), List.of(1.0, 0.0), 30);
            assertThat(beside[0]).containsExactly(alone[0], within(1e-15));
            assertThat(beside[1]).isEqualTo(start(1));
        }
        assertThat(alone[0]).isNotEqualTo(start(0));
    }

    private static double[] start(int index) {
        return new Random(index).doubles(3, -1, 1).toArray();
    }

    private static double[][] run(Rule rule, List<String> names, List<Double> rates, int steps) {
        double[][] theta = new double[names.size()][];
        ParameterGroup[] groups = new ParameterGroup[names.size()];
        double[][] gradients = new double[names.size()][3];
        for (int i = 0; i < groups.length; i++) {
            theta[i] = start(i);
            groups[i] = group("g" + i, names.get(i), theta[i], gradients[i], rule, Schedules.constant(rates.get(i)));
        }
        try (Optimizer optimizer = Optimizer.of(groups)) {
            for (int step = 0; step < steps; step++) {
                for (int i = 0; i < groups.length; i++) {
                    for (int k = 0; k < 3; k++) {
                        gradients[i][k] = theta[i][k] - 3 + 0.1 * i;
                    }
                }
                optimizer.step();
            }
        }
        return theta;
    }

    private static List<Rule> catalogue() {
        return Stream.concat(
                        Rules.all().stream().map(Rules.Entry::rule),
                        Rules.otherParts().stream()
                                .filter(Rule.class::isInstance)
                                .map(Rule.class::cast))
                .toList();
    }

    private static boolean shares(Rule rule) {
        return Trace.of(rule, "w", Shape.of(3)).states().stream()
                .anyMatch(state -> state.scope() != State.Scope.PARAMETER);
    }

    static Stream<Rule> sharing() {
        return catalogue().stream().filter(SharedNumbersTest::shares).distinct();
    }

    @Test
    void severalRulesShareNumbers() {
        assertThat(sharing()).hasSizeGreaterThanOrEqualTo(5);
    }

    /// Over the whole catalogue: two groups with different values of any one hyperparameter get the same results if
    /// their parameters' names are exchanged, or are refused.
    @ParameterizedTest
    @MethodSource("sharing")
    void namesExchangedGiveTheSameOrARefusal(Rule rule) {
        List<String> hyperparameters = Stream.concat(
                        Stream.of(Step.LEARNING_RATE),
                        Trace.of(rule, "w", Shape.of(3)).hyperparameters().stream()
                                .map(Trace.HyperUse::name))
                .toList();
        for (String hyperparameter : hyperparameters) {
            double[][] straight = differing(rule, hyperparameter, "a", "b");
            double[][] exchanged = differing(rule, hyperparameter, "b", "a");
            assertThat(exchanged.length).as(hyperparameter).isEqualTo(straight.length);
            for (int i = 0; i < straight.length; i++) {
                assertThat(exchanged[i])
                        .as("%s of %s", hyperparameter, rule)
                        .containsExactly(straight[i], within(1e-13));
            }
        }
    }

    /// What two groups come to that differ in a hyperparameter; nothing if they are refused.
    private static double[][] differing(Rule rule, String hyperparameter, String first, String second) {
        double[] a = start(1);
        double[] b = start(2);
        double[] ga = new double[3];
        double[] gb = new double[3];
        double own = Trace.of(rule, "w", Shape.of(3)).hyperparameters().stream()
                .filter(use -> use.name().equals(hyperparameter))
                .findFirst()
                .map(Trace.HyperUse::value)
                .orElse(0.1);
        ParameterGroup other =
                group("B", second, b, gb, rule, Schedules.constant(0.1)).with(hyperparameter, own * 0.75);
        try (Optimizer optimizer = Optimizer.of(group("A", first, a, ga, rule, Schedules.constant(0.1)), other)) {
            for (int step = 0; step < 6; step++) {
                for (int k = 0; k < 3; k++) {
                    ga[k] = a[k] - 2 + 0.1 * step;
                    gb[k] = b[k] + 3 - 0.2 * step;
                }
                if (step == 3) {
                    ga[1] = Double.POSITIVE_INFINITY;
                }
                optimizer.step();
            }
            return new double[][] {a, b};
        } catch (IllegalArgumentException refused) {
            assertThat(refused.getMessage()).contains("groups \"A\" and \"B\"").contains(hyperparameter);
            return new double[0][];
        }
    }

    @Test
    void differingValuesAreRefusedAtConstruction() {
        Rule rule = chain(new ScaleLoss(), new Descend());
        ParameterGroup other = group("B", "b", new double[] {1}, rule, 0.1).with("scaleLoss.backoff", 0.25);
        assertThatThrownBy(() -> Optimizer.of(group("A", "a", new double[] {1}, rule, 0.1), other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("groups \"A\" and \"B\" have scaleLoss.backoff 0.5 and 0.25, but share the number"
                        + " scaleLoss.scale, which depends on it: give them one value, or the link of one of them a name of"
                        + " its own with named(\"…\")");
    }

    @Test
    void differingValuesAreRefusedWhenSetAndByASchedule() {
        Rule rule = chain(new SkipNonFinite(), new Descend());
        double[] a = {1};
        double[] b = {1};
        try (Optimizer optimizer = Optimizer.of(group("A", "a", a, rule, 0.1), group("B", "b", b, rule, 0.1))) {
            assertThatThrownBy(() -> optimizer.set("B", "skipNonFinite.limit", 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("groups \"A\" and \"B\" have skipNonFinite.limit 10.0 and 3.0");
            assertThat(optimizer.get("B", "skipNonFinite.limit")).isEqualTo(10);
            optimizer.set("B", "learning_rate", 0.2);
            optimizer.set("B", "skipNonFinite.limit", Schedules.linear(10, 8, 2));
            optimizer.step();
            double before = a[0];
            assertThatThrownBy(optimizer::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("groups \"A\" and \"B\" have skipNonFinite.limit 10.0 and 9.0");
            assertThat(a[0]).isEqualTo(before);
            assertThat(optimizer.completed()).isEqualTo(1);
        }
    }

    @Test
    void aRateOfEachParameterCannotWeightTheirGroup() {
        Schedule own = Schedules.linear(0.1, 0.01, 10).perParameter();
        Parameter a = Parameter.of("a", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        Parameter b = Parameter.of("b", Shape.of(1), new double[] {1}).gradient(new double[] {1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(a, b), FREE, own))) {
            optimizer.step();
            Parameter ignored = b.withoutGradient();
            optimizer.step();
            ignored = b.gradient(new double[] {1});
            assertThatThrownBy(optimizer::step)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("parameters \"a\" and \"b\" of group \"all\" have learning_rate");
        }
    }

    @Test
    void aSharedNumberCannotDependOnOneParameter() {
        Rule rule = s -> {
            s.shared("n", Expr.ZERO).write(old -> old.plus(dev.gradus.expr.Formulas.mean(s.direction())));
            return s;
        };
        assertThatThrownBy(() -> Trace.of(rule, "w", Shape.of(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "state rule.n is shared by several parameters, so its new value cannot depend on a"
                                + " single one outside of a total");
    }
}
