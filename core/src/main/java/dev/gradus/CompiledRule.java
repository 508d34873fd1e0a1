package dev.gradus;

import dev.gradus.cpu.CpuProgram;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
import dev.gradus.rule.Displacement;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A group's rule, traced and lowered once for all parameters about which it gets the same answers.
final class CompiledRule {
    private final Trace step;
    private final Map<String, Trace> events = new LinkedHashMap<>();
    private final int tensors;
    private final Map<Boolean, CpuProgram> stepPrograms = new HashMap<>();
    private final Map<String, CpuProgram> eventPrograms = new HashMap<>();
    private final Map<List<State>, CpuProgram> initialPrograms = new HashMap<>();
    private @Nullable CpuProgram restoringProgram;

    /// @throws IllegalArgumentException if the rule is not for such a parameter
    CompiledRule(Rule rule, String parameter, Shape shape) {
        step = Trace.of(rule, parameter, shape);
        rule.events().stream().sorted().forEach(event -> events.put(event, Trace.of(rule, event, parameter, shape)));
        tensors = (int) traces().flatMap(trace -> trace.states().stream())
                .filter(state -> !state.axes().isHost())
                .map(State::name)
                .distinct()
                .count();
    }

    private Stream<Trace> traces() {
        return Stream.concat(Stream.of(step), events.values().stream());
    }

    /// Whether the rule asked for the parameter's name, so that it holds for no other.
    boolean dependsOnName() {
        return traces().anyMatch(Trace::dependsOnName);
    }

    /// Whether the rule asked for the parameter's shape, so that it holds for no other.
    boolean dependsOnShape() {
        return traces().anyMatch(Trace::dependsOnShape);
    }

    /// Whether the rule gets the same answers about another parameter.
    boolean holdsFor(String parameter, Shape shape) {
        return traces().allMatch(trace -> trace.holdsFor(parameter, shape));
    }

    Trace step() {
        return step;
    }

    /// By event, in the order of their names.
    Map<String, Trace> events() {
        return events;
    }

    /// The hyperparameters that a shared number depends on outside of totals, by full name.
    ///
    /// @param number the state's name
    List<String> sharedHyperparameters(String number) {
        return traces().flatMap(trace -> trace.states().stream()
                        .filter(state -> state.name().equals(number))
                        .flatMap(state -> trace.sharedHyperparameters(state).stream()))
                .distinct()
                .sorted()
                .toList();
    }

    /// How many states with elements a parameter has.
    int tensors() {
        return tensors;
    }

    /// @param withMetrics whether to compute the metrics that listeners get, too
    CpuProgram stepProgram(boolean withMetrics) {
        return stepPrograms.computeIfAbsent(withMetrics, metrics -> new CpuProgram(Program.of(step, metrics)));
    }

    CpuProgram eventProgram(String event) {
        return eventPrograms.computeIfAbsent(
                event, e -> new CpuProgram(Program.of(Objects.requireNonNull(events.get(e), e), false)));
    }

    /// How events displace a parameter until its next step, or null if none does.
    Displacement.@Nullable States displacement() {
        return traces().map(Trace::displacement)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    /// The events that displace a parameter until its next step, in the order of their names.
    List<String> displacingEvents() {
        return events.entrySet().stream()
                .filter(event -> event.getValue().isDisplacing())
                .map(Map.Entry::getKey)
                .toList();
    }

    /// The program that puts a parameter back that an event has displaced.
    CpuProgram restoringProgram(Displacement.States displacement) {
        if (restoringProgram == null) {
            restoringProgram = new CpuProgram(Program.restoring(step, displacement));
        }
        return restoringProgram;
    }

    /// The program that computes the initial values of some states.
    CpuProgram initialProgram(List<State> states) {
        return initialPrograms.computeIfAbsent(states, some -> new CpuProgram(Program.initial(some, step.shape())));
    }
}
