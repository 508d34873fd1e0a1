package dev.gradus;

import dev.gradus.rule.Range;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Parameters that are trained by the same rule with the same hyperparameters.
///
/// @param name how errors and [Optimizer#set] address the group; unique within an optimizer
/// @param parameters at least one; their names are unique within an optimizer
/// @param rule how they are updated
/// @param settings by name, what overrides the rule's own hyperparameters, `learning_rate` always among them
/// @param stateFormat how averages are stored; the default is the arithmetic type
/// @param keepsMasterWeights whether 16-bit parameters have a float32 copy that is trained in their place,
///     the default; without it they are trained as they are, rounded stochastically
public record ParameterGroup(
        String name,
        List<Parameter> parameters,
        Rule rule,
        Map<String, Schedule> settings,
        StateFormat stateFormat,
        boolean keepsMasterWeights) {

    /// @throws IllegalArgumentException if the group is empty
    public ParameterGroup {
        if (parameters.isEmpty()) {
            throw new IllegalArgumentException("group \"" + name + "\" must have at least one parameter, got none");
        }
        if (!settings.containsKey(Step.LEARNING_RATE)) {
            throw new IllegalArgumentException("group \"" + name + "\" has no learning_rate");
        }
        parameters = List.copyOf(parameters);
        settings = Map.copyOf(settings);
    }

    public ParameterGroup(String name, List<Parameter> parameters, Rule rule, Map<String, Schedule> settings) {
        this(name, parameters, rule, settings, StateFormat.ARITHMETIC, true);
    }

    public ParameterGroup(String name, List<Parameter> parameters, Rule rule, Schedule learningRate) {
        this(name, parameters, rule, Map.of(Step.LEARNING_RATE, learningRate));
    }

    public ParameterGroup(String name, List<Parameter> parameters, Rule rule, double learningRate) {
        this(name, parameters, rule, constant(name, Step.LEARNING_RATE, learningRate));
    }

    /// This group with a hyperparameter that follows a schedule.
    ///
    /// @param hyperparameter `link.name` as in `adabelief.beta2`, or the name alone where only one link has it
    public ParameterGroup with(String hyperparameter, Schedule schedule) {
        Map<String, Schedule> changed = new LinkedHashMap<>(settings);
        changed.put(hyperparameter, schedule);
        return new ParameterGroup(name, parameters, rule, changed, stateFormat, keepsMasterWeights);
    }

    /// This group with another constant value of a hyperparameter.
    public ParameterGroup with(String hyperparameter, double value) {
        return with(hyperparameter, constant(name, hyperparameter, value));
    }

    /// This group with averages stored in another format.
    public ParameterGroup withStateFormat(StateFormat format) {
        return new ParameterGroup(name, parameters, rule, settings, format, keepsMasterWeights);
    }

    /// This group with 16-bit parameters that are trained as they are, without float32 copies, and rounded
    /// stochastically; other parameters are trained as before.
    public ParameterGroup withoutMasterWeights() {
        return new ParameterGroup(name, parameters, rule, settings, stateFormat, false);
    }

    static Schedule constant(String group, String hyperparameter, double value) {
        return Schedules.constant(Range.FINITE.check("group \"" + group + "\"", hyperparameter, value));
    }
}
