package dev.gradus.checkpoint;

import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Rule;
import dev.gradus.schedule.Schedule;
import dev.gradus.text.TextForm;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// A parameter group as a checkpoint describes it.
///
/// @param name the group's
/// @param rule its text form, or what the rule prints of itself where it has none
/// @param settings by name, the text form of what overrides the rule's hyperparameters
/// @param stateFormat how averages are stored
/// @param keepsMasterWeights whether 16-bit parameters have a float32 copy
/// @param parameters the names of its parameters, in the group's order
public record GroupDescription(
        String name,
        String rule,
        Map<String, String> settings,
        String stateFormat,
        boolean keepsMasterWeights,
        List<String> parameters) {
    public GroupDescription {
        if (name.isEmpty() || rule.isEmpty() || stateFormat.isEmpty()) {
            throw new IllegalArgumentException("a group has no name, rule or stateFormat");
        }
        settings = Map.copyOf(settings);
        parameters = List.copyOf(parameters);
    }

    static GroupDescription of(ParameterGroup group) {
        Map<String, String> settings = new TreeMap<>();
        group.settings().forEach((name, schedule) -> settings.put(name, scheduleText(schedule)));
        return new GroupDescription(
                group.name(),
                ruleText(group.rule()),
                settings,
                group.stateFormat().name(),
                group.keepsMasterWeights(),
                group.parameters().stream().map(Parameter::name).toList());
    }

    private static String ruleText(Rule rule) {
        try {
            return TextForm.STANDARD.printRule(rule);
        } catch (IllegalArgumentException ownRecord) {
            return String.valueOf(rule);
        }
    }

    private static String scheduleText(Schedule schedule) {
        try {
            return TextForm.STANDARD.printSchedule(schedule);
        } catch (IllegalArgumentException ownRecord) {
            return String.valueOf(schedule);
        }
    }
}
