package dev.gradus;

import dev.gradus.expr.State;
import dev.gradus.program.Program;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/// A group's rule, traced and lowered once for all parameters about which it gets the same answers.
final class CompiledRule {
    private final Trace step;
    private final Map<String, Trace> events = new LinkedHashMap<>();
    private final int tensors;
    private final Map<Boolean, Program> stepPrograms = new HashMap<>();
    private final Map<String, Program> eventPrograms = new HashMap<>();

    CompiledRule(Rule rule, String parameter, Shape shape) {
        step = Trace.of(rule, parameter, shape);
        rule.events().stream().sorted().forEach(event -> events.put(event, Trace.of(rule, event, parameter, shape)));
        tensors = (int) Stream.concat(Stream.of(step), events.values().stream())
                .flatMap(trace -> trace.states().stream())
                .filter(state -> !state.axes().isHost())
                .map(State::name)
                .distinct()
                .count();
    }

    /// Whether it is another parameter's, too.
    boolean holdsFor(String parameter, Shape shape) {
        return step.holdsFor(parameter, shape)
                && events.values().stream().allMatch(trace -> trace.holdsFor(parameter, shape));
    }

    Trace step() {
        return step;
    }

    /// By event, in the order of their names.
    Map<String, Trace> events() {
        return events;
    }

    /// How many states with elements a parameter has.
    int tensors() {
        return tensors;
    }

    /// @param withMetrics whether to compute what listeners are told, too
    Program stepProgram(boolean withMetrics) {
        return stepPrograms.computeIfAbsent(withMetrics, metrics -> Program.of(step, metrics));
    }

    Program eventProgram(String event) {
        return eventPrograms.computeIfAbsent(event, e -> Program.of(Objects.requireNonNull(events.get(e), e), false));
    }
}
