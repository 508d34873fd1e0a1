package dev.gradus.checkpoint;

import static dev.gradus.rule.Chain.chain;

import dev.gradus.ParameterGroup;
import dev.gradus.RuleDescription;
import dev.gradus.StateFormat;
import dev.gradus.checkpoint.Scenario.Threads;
import dev.gradus.expr.Clock;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.average.Lookahead;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Trainings with everything that exists: a new rule, part or schedule of the catalogues is in them by itself.
final class Scenarios {
    private static final Shape VECTOR = Shape.of(30);
    private static final Map<String, Shape> MATRICES = Map.of("a", Shape.of(20, 30), "b", Shape.of(16, 6, 3, 1));
    private static final Map<String, Shape> SMALL =
            Map.of("a", Shape.of(20, 30), "b", Shape.of(16, 6, 3, 1), "c", VECTOR);

    /// Enough that several threads make a step.
    private static final Map<String, Shape> LARGE = Map.of("a", Shape.of(700, 450), "b", VECTOR);

    private Scenarios() {}

    /// Those that are possible, the same in every process.
    static List<Scenario> all() {
        return Stream.of(ofRules(), ofSchedules(), ofGroups(), ofThreads())
                .flatMap(List::stream)
                .toList();
    }

    /// Each rule with gradients of rows, which not all rules can have.
    static List<Scenario> withRows() {
        List<Scenario> all = new ArrayList<>();
        rules().forEach((name, trained) -> {
            all.add(scenario(name + " with rows", trained).withRowGradients());
            all.add(scenario(name + " with exact rows", trained, ParameterGroup::withExactRows)
                    .withRowGradients());
        });
        return all;
    }

    private record Trained(Rule rule, double learningRate) {}

    private static Map<String, Trained> rules() {
        Map<String, Trained> rules = new LinkedHashMap<>();
        Rules.all().forEach(entry -> rules.put(entry.name(), new Trained(entry.rule(), entry.learningRate())));
        Rules.otherParts().forEach(part -> rules.put("part " + part.name(), new Trained(part, 0.01)));
        Map<String, Rule> composed = new LinkedHashMap<>();
        composed.put("masked", chain(Rules.clipByGlobalNorm(1).onlyFor(Mask.rank(2)), Rules.adamW()));
        composed.put("renamed", chain(Rules.sgd(), Rules.sgd().named("second")));
        composed.put("counting with the optimizer", Rules.adam().countingWith(Clock.OPTIMIZER));
        composed.put("counting with the first of the group", Rules.adam().countingWith(Clock.GROUP_FIRST));
        composed.put(
                "nested",
                chain(
                        new SkipNonFinite(),
                        new Accumulate(chain(Rules.clipByGlobalNorm(1), new Lookahead(Rules.radam())), 2),
                        new EmaWeights()));
        composed.forEach((name, rule) -> rules.put(name, new Trained(rule, 0.01)));
        return rules;
    }

    private static List<Scenario> ofRules() {
        List<Scenario> all = new ArrayList<>();
        rules().forEach((name, trained) -> {
            for (StateFormat format : StateFormat.values()) {
                all.add(scenario(name + " in " + format, trained, group -> group.withStateFormat(format)));
            }
            if (trained.rule.events().contains(Rule.EVALUATE)) {
                all.add(scenario(name + " evaluated", trained).evaluated());
            }
            all.add(scenario(name + " in float64", trained).of(ElementType.FLOAT64));
            all.add(scenario(name + " in bfloat16", trained).of(ElementType.BFLOAT16));
            all.add(scenario(name + " in float16 alone", trained, ParameterGroup::withoutMasterWeights)
                    .of(ElementType.FLOAT16));
        });
        return all;
    }

    private static Scenario scenario(String name, Trained trained) {
        return scenario(name, trained, UnaryOperator.identity());
    }

    private static Scenario scenario(String name, Trained trained, UnaryOperator<ParameterGroup> group) {
        return new Scenario(
                name,
                acceptsVectors(trained.rule) ? SMALL : MATRICES,
                parameters -> List.of(
                        group.apply(new ParameterGroup("all", parameters, trained.rule, trained.learningRate))));
    }

    private static boolean acceptsVectors(Rule rule) {
        try {
            return !RuleDescription.of(rule, "c", VECTOR).program().isEmpty();
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    /// Each for the learning rate, and for another hyperparameter.
    private static List<Scenario> ofSchedules() {
        List<Scenario> all = new ArrayList<>();
        Trained trained = new Trained(Rules.adamW(), 0.01);
        for (Schedule schedule : Schedules.all()) {
            all.add(scenario("rate " + schedule, trained, group -> group.with("learning_rate", schedule)));
            all.add(scenario("decay " + schedule, trained, group -> group.with("weight_decay", schedule)));
        }
        Schedule impatient = Schedules.plateau(Schedules.linear(0.1, 0.01, 20)).withPatience(2);
        all.add(scenario(
                "two that observe",
                trained,
                group -> group.with("learning_rate", impatient).with("beta2", impatient)));
        return all;
    }

    private static List<Scenario> ofGroups() {
        List<Scenario> all = new ArrayList<>();
        all.add(new Scenario(
                "several groups",
                SMALL,
                parameters -> parameters.stream()
                        .map(parameter -> new ParameterGroup(
                                "only " + parameter.name(),
                                List.of(parameter),
                                chain(Rules.clipByGlobalNorm(1), Rules.prodigy()),
                                Schedules.linear(1, 0.1, 10).perParameter()))
                        .toList()));
        List<Rule> rules = List.of(Rules.adaBelief(), Rules.lookahead(Rules.lamb()), Rules.sgd());
        all.add(new Scenario(
                "groups of different rules",
                SMALL,
                parameters -> parameters.stream()
                        .map(parameter -> new ParameterGroup(
                                "only " + parameter.name(),
                                List.of(parameter),
                                rules.get(parameter.name().charAt(0) - 'a'),
                                0.01))
                        .toList()));
        return all;
    }

    private static List<Scenario> ofThreads() {
        return List.of(
                ofThreads(new Threads(1, 8), Rules.adamW()),
                ofThreads(new Threads(2, 3), chain(Rules.clipByGlobalNorm(1), Rules.lamb())),
                ofThreads(new Threads(3, 2), Rules.adafactor()),
                ofThreads(new Threads(8, 1), Rules.lookahead(Rules.adam())));
    }

    private static Scenario ofThreads(Threads threads, Rule rule) {
        return new Scenario(
                        threads.toString(),
                        LARGE,
                        parameters -> List.of(new ParameterGroup("all", parameters, rule, 0.01)
                                .withStateFormat(StateFormat.EIGHT_BIT)))
                .with(threads);
    }
}
