package dev.gradus;

import dev.gradus.expr.Expr.Hyper;
import dev.gradus.rule.Range;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.schedule.ObservingSchedule;
import dev.gradus.schedule.Schedule;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A parameter group at work: its members and the values of its hyperparameters.
final class TrainedGroup {
    private static final Range LEARNING_RATES = Range.of("[0, inf)");

    /// One hyperparameter: what it is, and what overrides it.
    private static final class Setting {
        final HyperUse use;

        @Nullable
        Schedule schedule;

        /// What the schedule has observed, by name; nothing where it does not observe.
        Map<String, Double> memory = Map.of();

        double value;

        Setting(HyperUse use) {
            this.use = use;
            this.value = use.value();
        }

        void put(@Nullable Schedule newSchedule, Map<String, Double> newMemory, double newValue) {
            schedule = newSchedule;
            memory = newMemory;
            value = newValue;
        }

        /// The value that the schedule gives after a number of updates.
        double at(Schedule schedule, long completed) {
            return schedule instanceof ObservingSchedule observing
                    ? observing.at(completed, memory)
                    : schedule.at(completed);
        }
    }

    final String name;

    /// How errors call it.
    private final String label;

    final Rule rule;
    final StateFormat stateFormat;
    final boolean keepsMasterWeights;
    final boolean hasExactRows;
    final List<TrainedParameter> members = new ArrayList<>();

    /// What the caller set, as it was spelled; a group without parameters knows no other names.
    private final Map<String, Schedule> given = new LinkedHashMap<>();

    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private final List<CompiledRule> blueprints = new ArrayList<>();

    /// The settings once more, by place.
    private Setting[] all = {};

    /// Whether any schedule counts by the parameters' own updates.
    private boolean countsPerParameter;

    private final Optimizer.Counter counter;

    TrainedGroup(ParameterGroup from, Optimizer.Counter counter) {
        this.counter = counter;
        this.name = from.name();
        this.label = "group \"" + name + "\"";
        this.rule = from.rule();
        this.stateFormat = from.stateFormat();
        this.keepsMasterWeights = from.keepsMasterWeights();
        this.hasExactRows = from.hasExactRows();
        this.given.putAll(from.settings());
        declare(List.of(new HyperUse(Step.LEARNING_RATE, 0, LEARNING_RATES, "step size", "")));
    }

    /// The optimizer's number of completed updates.
    long completed() {
        return counter.completed;
    }

    /// The rule as it is for a parameter.
    ///
    /// @throws IllegalArgumentException if it is not for such a parameter, or a hyperparameter has another
    ///     value for other parameters
    CompiledRule blueprint(String parameter, Shape shape) {
        for (CompiledRule known : blueprints) {
            if (known.holdsFor(parameter, shape)) {
                return known;
            }
        }
        CompiledRule made = new CompiledRule(rule, parameter, shape);
        declare(made.step().hyperparameters());
        made.events().values().forEach(event -> declare(event.hyperparameters()));
        blueprints.add(made);
        return made;
    }

    /// Makes hyperparameters known.
    private void declare(Collection<HyperUse> uses) {
        uses.forEach(use -> {
            Setting known = settings.putIfAbsent(use.name(), new Setting(use));
            if (known != null && known.use.value() != use.value()) {
                throw new IllegalArgumentException(label + ": " + use.name() + " is " + known.use.value()
                        + " for some parameters and " + use.value()
                        + " for others: give one of the links a name of its own with named(\"…\")");
            }
        });
        all = settings.values().toArray(Setting[]::new);
    }

    /// Resolves what the caller has set.
    ///
    /// @throws IllegalArgumentException if a name is unknown or ambiguous, or a value out of range
    void resolve(long completed) {
        given.forEach((spelled, schedule) -> apply(spelled, schedule, completed));
    }

    /// Changes a hyperparameter.
    ///
    /// @throws IllegalArgumentException if the name is unknown or ambiguous, or the value at this time out of
    ///     range
    void set(String spelled, Schedule schedule, long completed) {
        apply(spelled, schedule, completed);
        given.keySet().removeIf(other -> qualified(other).equals(qualified(spelled)));
        given.put(qualified(spelled), schedule);
    }

    /// Gives hyperparameters what is set for them here, and all others what the rule says.
    ///
    /// @return what undoes it
    /// @throws IllegalArgumentException if a name is unknown or ambiguous, or the value at this time out of
    ///     range; nothing has changed then
    Runnable replaceSettings(Map<String, Schedule> others, long completed) {
        Runnable undo = undo();
        given.clear();
        given.putAll(others);
        settings.values().forEach(setting -> setting.put(null, Map.of(), setting.use.value()));
        try {
            resolve(completed);
        } catch (IllegalArgumentException e) {
            undo.run();
            throw e;
        }
        return undo;
    }

    /// What puts all settings back to what they are now.
    private Runnable undo() {
        List<Runnable> steps = new ArrayList<>();
        Map<String, Schedule> spelled = new LinkedHashMap<>(given);
        boolean counted = countsPerParameter;
        steps.add(() -> {
            given.clear();
            given.putAll(spelled);
            countsPerParameter = counted;
        });
        settings.values().forEach(setting -> {
            Schedule schedule = setting.schedule;
            Map<String, Double> memory = setting.memory;
            double value = setting.value;
            steps.add(() -> setting.put(schedule, memory, value));
        });
        return () -> steps.forEach(Runnable::run);
    }

    private void apply(String spelled, Schedule schedule, long completed) {
        Setting setting = setting(qualified(spelled));
        boolean isNew = !schedule.equals(setting.schedule);
        double value = check(setting, isNew ? schedule.at(completed) : setting.at(schedule, completed));
        Map<String, Double> initial =
                schedule instanceof ObservingSchedule observing ? observing.initialMemory() : Map.of();
        setting.put(schedule, isNew ? initial : setting.memory, value);
        countsPerParameter =
                settings.values().stream().anyMatch(each -> each.schedule != null && each.schedule.isPerParameter());
    }

    private double check(Setting setting, double value) {
        return setting.use.range().check(label, setting.use.name(), value);
    }

    /// Takes the values of the next step from the schedules; nothing changes if one is out of range.
    ///
    /// @throws IllegalArgumentException if a schedule gives a value out of range
    void evaluate(long completed) {
        for (Setting setting : all) {
            Schedule schedule = setting.schedule;
            if (schedule != null && !schedule.isPerParameter()) {
                setting.value = check(setting, setting.at(schedule, completed));
            }
        }
    }

    /// Tells the schedules that observe a metric. What they remember then is put down by what is returned.
    List<Runnable> observe(double metric) {
        List<Runnable> effects = new ArrayList<>();
        for (Setting setting : all) {
            if (setting.schedule instanceof ObservingSchedule observing) {
                Map<String, Double> memory = observing.observe(setting.memory, metric, completed());
                effects.add(() -> setting.memory = memory);
            }
        }
        return effects;
    }

    /// What schedules remember, as `group:name/hyperparameter.number`.
    Map<String, Double> memory() {
        Map<String, Double> numbers = new LinkedHashMap<>();
        settings.forEach((full, setting) ->
                new TreeMap<>(setting.memory).forEach((number, value) -> numbers.put(memoryName(full, number), value)));
        return numbers;
    }

    /// Changes a number that a schedule remembers; does nothing where none has this name.
    void remember(String name, double value) {
        for (Map.Entry<String, Setting> entry : settings.entrySet()) {
            Setting setting = entry.getValue();
            for (String number : setting.memory.keySet()) {
                if (memoryName(entry.getKey(), number).equals(name)) {
                    Map<String, Double> changed = new HashMap<>(setting.memory);
                    changed.put(number, value);
                    setting.memory = Map.copyOf(changed);
                    return;
                }
            }
        }
    }

    private String memoryName(String hyperparameter, String number) {
        return "group:" + name + "/" + hyperparameter + "." + number;
    }

    /// Checks what schedules that count by the parameter's own updates give for it.
    void evaluatePerParameter(long ownCompleted) {
        if (!countsPerParameter) {
            return;
        }
        for (Setting setting : all) {
            Schedule schedule = setting.schedule;
            if (schedule != null && schedule.isPerParameter()) {
                check(setting, schedule.at(ownCompleted));
            }
        }
    }

    /// The place of a hyperparameter, which it keeps.
    int placeOf(String qualified) {
        int place = List.copyOf(settings.keySet()).indexOf(qualified);
        if (place < 0) {
            throw new IllegalStateException(label + " has no " + qualified);
        }
        return place;
    }

    /// The value in force for a parameter.
    double value(int place, long ownCompleted) {
        Setting setting = all[place];
        Schedule schedule = setting.schedule;
        return schedule != null && schedule.isPerParameter() ? schedule.at(ownCompleted) : setting.value;
    }

    /// The value that was in force after so many updates, if schedules gave it.
    double valueAt(int place, long completed, long ownCompleted) {
        Setting setting = all[place];
        Schedule schedule = setting.schedule;
        return schedule == null
                ? setting.value
                : setting.at(schedule, schedule.isPerParameter() ? ownCompleted : completed);
    }

    /// All names by which hyperparameters may be spelled.
    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>(settings.keySet());
        settings.values().forEach(setting -> names.add(new Hyper(setting.use.name()).shortName()));
        return names;
    }

    private Setting setting(String qualified) {
        Setting setting = settings.get(qualified);
        if (setting == null) {
            throw new IllegalStateException("group \"" + name + "\" has no " + qualified);
        }
        return setting;
    }

    /// The values in force, by full name.
    Map<String, Double> values(long completed) {
        Map<String, Double> values = new LinkedHashMap<>();
        settings.forEach((full, setting) -> {
            Schedule schedule = setting.schedule;
            values.put(full, schedule == null ? setting.value : setting.at(schedule, completed));
        });
        return values;
    }

    ParameterGroup toParameterGroup() {
        List<Parameter> parameters = members.stream().map(m -> m.parameter).toList();
        return new ParameterGroup(name, parameters, rule, given, stateFormat, keepsMasterWeights, hasExactRows);
    }

    String qualified(String spelled) {
        if (settings.containsKey(spelled)) {
            return spelled;
        }
        List<String> matches = settings.keySet().stream()
                .filter(full -> full.endsWith("." + spelled))
                .toList();
        if (matches.size() == 1) {
            return matches.get(0);
        }
        throw new IllegalArgumentException("group \"" + name + "\" has "
                + (matches.isEmpty()
                        ? "no hyperparameter \"" + spelled + "\": " + Spelling.help(spelled, names())
                        : "several hyperparameters \"" + spelled + "\": say which of " + String.join(", ", matches)));
    }
}
