package dev.gradus.testkit.golden;

import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.HashMap;
import java.util.Map;

/// A case in terms of Gradus's public API.
///
/// @param settings the learning rate, and what else overrides the rule's hyperparameters
/// @param states where the states that the reference names are found
record Recipe(Rule rule, Map<String, Schedule> settings, Map<String, Reading> states) {
    Recipe(Rule rule, Schedule learningRate, Map<String, Reading> states) {
        this(rule, Map.of(Step.LEARNING_RATE, learningRate), states);
    }

    Recipe(Rule rule, double learningRate, Map<String, Reading> states) {
        this(rule, Schedules.constant(learningRate), states);
    }

    /// This recipe with one more state.
    Recipe with(String state, Reading reading) {
        Map<String, Reading> all = new HashMap<>(states);
        all.put(state, reading);
        return new Recipe(rule, settings, all);
    }

    /// This recipe with a hyperparameter that changes over time.
    Recipe with(String hyperparameter, Schedule schedule) {
        Map<String, Schedule> all = new HashMap<>(settings);
        all.put(hyperparameter, schedule);
        return new Recipe(rule, all, states);
    }
}
