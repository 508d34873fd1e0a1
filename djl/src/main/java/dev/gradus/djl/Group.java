package dev.gradus.djl;

import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which parameters of a block are trained by which rule. A [ParameterGroup] holds parameters; this only says which
/// ones, because a DJL block has none before it is initialized and may unfreeze some while it is trained.
///
/// @param name how errors and [dev.gradus.Optimizer#set] address the group; unique within an optimizer
/// @param members the parameters by name and shape; where several groups match one, the first has it
/// @param rule how they are updated
/// @param settings by name, what overrides the rule's own hyperparameters, `learning_rate` always among them
public record Group(String name, Mask members, Rule rule, Map<String, Schedule> settings) {

    /// @throws IllegalArgumentException if there is no learning rate
    public Group {
        if (!settings.containsKey(Step.LEARNING_RATE)) {
            throw new IllegalArgumentException("group \"" + name + "\" has no " + Step.LEARNING_RATE);
        }
        settings = Map.copyOf(settings);
    }

    public Group(String name, Mask members, Rule rule, Schedule learningRate) {
        this(name, members, rule, Map.of(Step.LEARNING_RATE, learningRate));
    }

    public Group(String name, Mask members, Rule rule, double learningRate) {
        this(name, members, rule, Schedules.constant(learningRate));
    }

    /// This group with a hyperparameter that follows a schedule.
    ///
    /// @param hyperparameter `link.name` as in `adabelief.beta2`, or the name alone where only one link has it
    public Group with(String hyperparameter, Schedule schedule) {
        Map<String, Schedule> changed = new LinkedHashMap<>(settings);
        changed.put(hyperparameter, schedule);
        return new Group(name, members, rule, changed);
    }

    /// This group with another constant value of a hyperparameter.
    public Group with(String hyperparameter, double value) {
        return with(hyperparameter, Schedules.constant(value));
    }

    ParameterGroup of(List<Parameter> parameters) {
        return new ParameterGroup(name, parameters, rule, settings);
    }
}
