package dev.gradus.checkpoint;

import dev.gradus.Parameter;
import dev.gradus.ParameterGroup;
import dev.gradus.rule.Rule;
import dev.gradus.schedule.Schedule;
import dev.gradus.text.TextForm;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/// A parameter group as a checkpoint describes it.
///
/// @param name the group's
/// @param rule its shortest text form, or what the rule prints of itself where it has none
/// @param settings by name, the shortest text form of what overrides the rule's hyperparameters
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

    /// This with all texts in a form, so that they are equal where they mean the same; those that are not in text
    /// form stay.
    GroupDescription in(TextForm form) {
        Map<String, String> texts = new TreeMap<>();
        settings.forEach((setting, text) ->
                texts.put(setting, orElse(text, () -> form.printSchedule(form.parseSchedule(text)))));
        String ruleText = orElse(rule, () -> form.printRule(form.parseRule(rule)));
        return new GroupDescription(name, ruleText, texts, stateFormat, keepsMasterWeights, parameters);
    }

    private static String ruleText(Rule rule) {
        return orElse(String.valueOf(rule), () -> TextForm.STANDARD.printRule(rule));
    }

    private static String scheduleText(Schedule schedule) {
        return orElse(String.valueOf(schedule), () -> TextForm.STANDARD.printSchedule(schedule));
    }

    private static String orElse(String other, Supplier<String> text) {
        try {
            return text.get();
        } catch (IllegalArgumentException ownRecord) {
            return other;
        }
    }
}
