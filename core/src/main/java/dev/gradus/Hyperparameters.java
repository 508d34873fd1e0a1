package dev.gradus;

import dev.gradus.expr.Expr.Hyper;
import dev.gradus.rule.Range;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.schedule.Schedule;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/// The hyperparameters of a group, by name and by place, and the schedules that the caller has set for them.
final class Hyperparameters {
    private static final Range LEARNING_RATES = Range.of("[0, inf)");

    private final String group;

    /// How errors call the group.
    private final String label;

    /// What the caller has set, as it was spelled; a group without parameters knows no other names.
    private final Map<String, Schedule> given = new LinkedHashMap<>();

    private final Map<String, Hyperparameter> byName = new LinkedHashMap<>();

    /// The same by place, for steps, which must not allocate.
    private Hyperparameter[] all = {};

    private boolean isAnyPerParameter;

    Hyperparameters(String group, Map<String, Schedule> given) {
        this.group = group;
        this.label = "group \"" + group + "\"";
        this.given.putAll(given);
        declare(List.of(new HyperUse(Step.LEARNING_RATE, 0, LEARNING_RATES, "step size", "")));
    }

    /// The name of the group.
    String group() {
        return group;
    }

    /// Adds the hyperparameters of a rule.
    ///
    /// @throws IllegalArgumentException if one has another value for other parameters
    void declare(Collection<HyperUse> uses) {
        for (HyperUse use : uses) {
            Hyperparameter known = byName.get(use.name());
            if (known != null) {
                known.requireSame(use);
            }
        }
        uses.forEach(use -> byName.computeIfAbsent(use.name(), name -> new Hyperparameter(label, use, byName.size())));
        all = byName.values().toArray(Hyperparameter[]::new);
    }

    /// Resolves what the caller has set.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if a name is unknown or ambiguous, or a value out of range
    void resolve(long completed) {
        given.forEach((spelled, schedule) -> follow(spelled, schedule, completed));
    }

    /// Lets a hyperparameter follow a schedule.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if the name is unknown or ambiguous, or the value then out of range
    void set(String spelled, Schedule schedule, long completed) {
        follow(spelled, schedule, completed);
        String name = qualified(spelled);
        given.keySet().removeIf(other -> qualified(other).equals(name));
        given.put(name, schedule);
    }

    private void follow(String spelled, Schedule schedule, long completed) {
        named(spelled).follow(schedule, completed);
        isAnyPerParameter = byName.values().stream().anyMatch(Hyperparameter::isPerParameter);
    }

    /// Replaces what the caller has set; a hyperparameter that is not set has the rule's value.
    ///
    /// @param completed the optimizer's updates
    /// @return what undoes it
    /// @throws IllegalArgumentException if a name is unknown or ambiguous, or a value then out of range; nothing
    ///     has changed then
    Runnable replace(Map<String, Schedule> others, long completed) {
        Runnable undo = undo();
        given.clear();
        given.putAll(others);
        byName.values().forEach(Hyperparameter::reset);
        try {
            resolve(completed);
        } catch (IllegalArgumentException e) {
            undo.run();
            throw e;
        }
        return undo;
    }

    /// What brings back what is set at present.
    Runnable undo() {
        Map<String, Schedule> oldGiven = new LinkedHashMap<>(given);
        boolean oldPerParameter = isAnyPerParameter;
        List<Runnable> values =
                byName.values().stream().map(Hyperparameter::undo).toList();
        return () -> {
            given.clear();
            given.putAll(oldGiven);
            isAnyPerParameter = oldPerParameter;
            values.forEach(Runnable::run);
        };
    }

    /// Takes the values of the next step from the schedules.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if one is out of range
    void evaluate(long completed) {
        for (int i = 0; i < all.length; i++) {
            all[i].evaluate(completed);
        }
    }

    /// Checks the values of a parameter's next step that depend on the parameter.
    ///
    /// @param ownCompleted the parameter's updates
    /// @throws IllegalArgumentException if one is out of range
    void requireInRange(long ownCompleted) {
        if (isAnyPerParameter) {
            for (int i = 0; i < all.length; i++) {
                all[i].requireInRange(ownCompleted);
            }
        }
    }

    /// Tells a metric to the schedules that observe one.
    ///
    /// @param completed the optimizer's updates
    /// @return for each of them, what makes it remember the metric
    List<Runnable> observe(double metric, long completed) {
        List<Runnable> effects = new ArrayList<>();
        for (Hyperparameter each : all) {
            Runnable effect = each.observe(metric, completed);
            if (effect != null) {
                effects.add(effect);
            }
        }
        return effects;
    }

    /// What schedules remember of the metrics that they observed, as `group:name/hyperparameter.number`.
    Map<String, Double> memory() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        for (Hyperparameter each : all) {
            each.memory().forEach((number, value) -> numbers.put(memoryName(each, number), value));
        }
        return numbers;
    }

    /// Takes what schedules remember from among the numbers of all groups.
    void remember(Map<String, Double> numbers) {
        for (Hyperparameter each : all) {
            for (String number : each.memory().keySet()) {
                Double value = numbers.get(memoryName(each, number));
                if (value != null) {
                    each.remember(number, value);
                }
            }
        }
    }

    private String memoryName(Hyperparameter hyperparameter, String number) {
        return "group:" + group + "/" + hyperparameter.name() + "." + number;
    }

    /// The place of a hyperparameter, which does not change.
    int placeOf(String name) {
        Hyperparameter found = byName.get(name);
        if (found == null) {
            throw new IllegalStateException(label + " has no " + name);
        }
        return found.place();
    }

    /// The value in a parameter's next step.
    double value(int place, long ownCompleted) {
        return all[place].value(ownCompleted);
    }

    /// The value in a step that is over, as far as a schedule gives it.
    ///
    /// @param completed the optimizer's updates before it
    /// @param ownCompleted the parameter's updates before it
    double valueAt(int place, long completed, long ownCompleted) {
        Hyperparameter found = all[place];
        return found.valueAfter(found.isPerParameter() ? ownCompleted : completed);
    }

    /// The values in the next step, by full name.
    ///
    /// @param completed the optimizer's updates
    Map<String, Double> values(long completed) {
        Map<String, Double> values = new LinkedHashMap<>();
        byName.forEach((name, each) -> values.put(name, each.valueAfter(completed)));
        return values;
    }

    /// The value in the next step.
    ///
    /// @param completed the optimizer's updates
    /// @throws IllegalArgumentException if the name is unknown or ambiguous
    double value(String spelled, long completed) {
        return named(spelled).valueAfter(completed);
    }

    /// What the caller has set.
    Map<String, Schedule> given() {
        return given;
    }

    private Hyperparameter named(String spelled) {
        return Objects.requireNonNull(byName.get(qualified(spelled)));
    }

    private String qualified(String spelled) {
        if (byName.containsKey(spelled)) {
            return spelled;
        }
        List<String> matches = byName.keySet().stream()
                .filter(full -> full.endsWith("." + spelled))
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        }
        throw new IllegalArgumentException(label + " has "
                + (matches.isEmpty()
                        ? "no hyperparameter \"" + spelled + "\": " + Spelling.help(spelled, names())
                        : "several hyperparameters \"" + spelled + "\": say which of " + String.join(", ", matches)));
    }

    /// All names by which hyperparameters may be spelled.
    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>(byName.keySet());
        Stream.of(all).forEach(each -> names.add(new Hyper(each.name()).shortName()));
        return names;
    }
}
