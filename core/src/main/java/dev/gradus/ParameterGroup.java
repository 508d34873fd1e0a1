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
/// @param hasExactRows whether rows without a gradient make up for the steps that they missed, see
///     [#withExactRows]
public record ParameterGroup(
        String name,
        List<Parameter> parameters,
        Rule rule,
        Map<String, Schedule> settings,
        StateFormat stateFormat,
        boolean keepsMasterWeights,
        boolean hasExactRows) {

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
        this(name, parameters, rule, settings, StateFormat.ARITHMETIC, true, false);
    }

    public ParameterGroup(String name, List<Parameter> parameters, Rule rule, Schedule learningRate) {
        this(name, parameters, rule, Map.of(Step.LEARNING_RATE, learningRate));
    }

    public ParameterGroup(String name, List<Parameter> parameters, Rule rule, double learningRate) {
        this(name, parameters, rule, constant(name, Step.LEARNING_RATE, learningRate));
    }

    /// This group with a hyperparameter that follows a schedule.
    ///
    /// @param hyperparameter `link.name` as in `adabelief.beta2`, or the name alone where only one link has
    ///     it
    public ParameterGroup with(String hyperparameter, Schedule schedule) {
        Map<String, Schedule> changed = new LinkedHashMap<>(settings);
        changed.put(hyperparameter, schedule);
        return new ParameterGroup(name, parameters, rule, changed, stateFormat, keepsMasterWeights, hasExactRows);
    }

    /// This group with another constant value of a hyperparameter.
    public ParameterGroup with(String hyperparameter, double value) {
        return with(hyperparameter, constant(name, hyperparameter, value));
    }

    /// This group with averages stored in another format.
    public ParameterGroup withStateFormat(StateFormat format) {
        return new ParameterGroup(name, parameters, rule, settings, format, keepsMasterWeights, hasExactRows);
    }

    /// This group with 16-bit parameters that are trained as they are, without float32 copies, and rounded
    /// stochastically; other parameters are trained as before.
    public ParameterGroup withoutMasterWeights() {
        return new ParameterGroup(name, parameters, rule, settings, stateFormat, false, hasExactRows);
    }

    /// This group with rows that make up for what they missed.
    ///
    /// A [RowGradient] updates its own rows alone. By default the others miss the step for good, as with
    /// torch's `SparseAdam`: their averages do not decay and momentum does not move them on. In this group, a
    /// row makes all steps that it has missed, with gradients of zero, just before its next gradient or at
    /// [Optimizer#catchUp]: the result is that of dense gradients to the bit, as long as the parameter takes part
    /// in every update. That costs what the missed steps of those rows cost, later, plus one number per row. The
    /// rule must not reduce over rows, combine parameters, keep numbers or add noise.
    public ParameterGroup withExactRows() {
        return new ParameterGroup(name, parameters, rule, settings, stateFormat, keepsMasterWeights, true);
    }

    static Schedule constant(String group, String hyperparameter, double value) {
        // Only the rule's hyperparameter knows whether its range includes an infinity.
        return Schedules.constant(
                Double.isInfinite(value)
                        ? value
                        : Range.FINITE.check("group \"" + group + "\"", hyperparameter, value));
    }
}
