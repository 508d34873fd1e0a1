package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.StateView;
import dev.gradus.expr.State;
import dev.gradus.rule.Trace;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A number that the parameters of a group share, such as the sum of weights of a schedule-free rule.
///
/// @param parameter the first that has it
/// @param state `link.state`
/// @param link equal links shared the number in all groups before each group had its own
/// @param hyperparameters that it depends on, by full name
record GroupNumber(String parameter, String state, Object link, Set<String> hyperparameters) {

    /// Those of all groups of an optimizer.
    static List<GroupNumber> of(Optimizer optimizer) {
        Set<String> names = optimizer.states().stream().map(StateView::name).collect(Collectors.toSet());
        List<GroupNumber> numbers = new ArrayList<>();
        for (ParameterGroup group : optimizer.groups()) {
            String prefix = "group:" + group.name() + "/";
            if (names.stream().anyMatch(name -> name.startsWith(prefix))) {
                numbers.addAll(of(group));
            }
        }
        return numbers;
    }

    private static List<GroupNumber> of(ParameterGroup group) {
        List<GroupNumber> numbers = new ArrayList<>();
        for (Parameter parameter : group.parameters()) {
            Trace trace = Trace.of(group.rule(), parameter.name(), parameter.shape());
            for (State state : trace.states()) {
                Object link = state.scope() == State.Scope.GROUP ? trace.sharedBy(state) : null;
                if (link != null
                        && numbers.stream()
                                .noneMatch(known -> known.state.equals(state.name()) && known.link.equals(link))) {
                    numbers.add(
                            new GroupNumber(parameter.name(), state.name(), link, trace.sharedHyperparameters(state)));
                }
            }
        }
        return numbers;
    }
}
