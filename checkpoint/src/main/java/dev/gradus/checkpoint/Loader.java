package dev.gradus.checkpoint;

import dev.gradus.Optimizer;
import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateMismatchException;
import dev.gradus.StateView;
import dev.gradus.schedule.Schedule;
import dev.gradus.text.TextError;
import dev.gradus.text.TextForm;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// Loads what a checkpoint holds into an optimizer.
final class Loader {
    private final Contents contents;
    private final Loading options;
    private final List<String> differences = new ArrayList<>();

    Loader(Contents contents, Loading options) {
        this.contents = contents;
        this.options = options;
    }

    LoadReport load(Optimizer optimizer) {
        List<GroupDescription> own =
                optimizer.groups().stream().map(GroupDescription::of).toList();
        Map<String, ParameterState> saved = renamed();
        List<String> rules = otherRules(own);
        if (contents.version().equals(Contents.FIRST_VERSION) && !options.valuesOnly()) {
            requireSameMeaning(optimizer);
        }
        try {
            if (options.isPartial() || options.valuesOnly()) {
                differences.addAll(otherSettings(own));
                differences.addAll(rules);
                return loadPart(optimizer, frozenAsHere(saved, optimizer, own), own);
            }
            Map<String, Map<String, Schedule>> settings = options.restoresSettings() ? savedSettings(own) : Map.of();
            Set<String> others = otherSettings(own);
            OptimizerState state = new OptimizerState(
                    contents.state().completed(),
                    contents.state().isEvaluating(),
                    List.copyOf(frozenAsHere(saved, optimizer, own).values()),
                    contents.state().numbers());
            List<String> problems = new ArrayList<>(rules);
            if (!options.restoresSettings()) {
                problems.addAll(optimizer.misfits(state));
            }
            if (!problems.isEmpty()) {
                throw new CheckpointException("does not fit the optimizer", problems);
            }
            optimizer.load(state, settings);
            List<String> restored = options.restoresSettings() ? List.copyOf(others) : List.of();
            differences.addAll(0, options.restoresSettings() ? List.of() : others);
            return new LoadReport(
                    List.copyOf(saved.keySet()),
                    List.of(),
                    List.of(),
                    List.of(),
                    List.of(),
                    restored,
                    differences,
                    contents.state().pendingEvents());
        } catch (StateMismatchException e) {
            throw new CheckpointException("does not fit the optimizer", e.problems());
        } catch (IllegalArgumentException e) {
            throw new CheckpointException("has settings that cannot be restored: " + e.getMessage(), e);
        } catch (InternalError e) {
            throw new CheckpointException(
                    "cannot be read: the file was truncated while it was loaded, which may have changed a part of the"
                            + " optimizer: load another file",
                    e);
        }
    }

    private LoadReport loadPart(Optimizer optimizer, Map<String, ParameterState> saved, List<GroupDescription> own) {
        if (contents.state().isEvaluating()) {
            throw new CheckpointException("was saved in evaluation mode: it can only be loaded as a whole");
        }
        if (optimizer.isEvaluating()) {
            throw new CheckpointException(
                    "can only be loaded as a whole while the optimizer is in evaluation mode:" + " call train() first");
        }
        requireNothingPending(optimizer);
        Set<String> shared = sharedStates(optimizer);
        PartialLoad load;
        try (Arena arena = Arena.ofShared()) {
            load = new PartialLoad(saved, options.valuesOnly(), shared, groups(own), arena);
            OptimizerState merged = optimizer.save(present -> new OptimizerState(
                    options.valuesOnly()
                            ? present.completed()
                            : contents.state().completed(),
                    false,
                    load.merge(present),
                    numbers(present.numbers())));
            if (!options.isPartial()) {
                requireComplete(load);
            }
            optimizer.load(merged);
        }
        load.initial().forEach(optimizer::recapture);
        return new LoadReport(
                load.loaded, load.begun, load.valuesOnly, load.kept, load.unused, List.of(), differences, Set.of());
    }

    /// A file of the first version has one number for all groups of a link where each group has its own now. That is
    /// what each would have had where the groups agree in what it depends on.
    private void requireSameMeaning(Optimizer optimizer) {
        Map<String, GroupDescription> saved = new HashMap<>();
        for (GroupDescription group : contents.groups()) {
            group.parameters().forEach(name -> saved.put(options.names().apply(name), group));
        }
        List<String> problems = new ArrayList<>();
        Map<Object, GroupNumber> first = new LinkedHashMap<>();
        for (GroupNumber number : GroupNumber.of(optimizer)) {
            GroupDescription group = saved.get(number.parameter());
            GroupNumber other = first.putIfAbsent(List.of(number.link(), number.state()), number);
            GroupDescription otherGroup = other == null ? null : saved.get(other.parameter());
            if (group != null && otherGroup != null) {
                for (String hyperparameter : number.hyperparameters()) {
                    String before = setting(otherGroup, hyperparameter);
                    String now = setting(group, hyperparameter);
                    if (!before.equals(now)) {
                        problems.add("groups \"" + otherGroup.name() + "\" and \"" + group.name() + "\" shared one "
                                + number.state() + " although their " + hyperparameter + " differs (" + before + " and "
                                + now + "), so that it is right for at most one of them");
                    }
                }
            }
        }
        if (!problems.isEmpty()) {
            throw new CheckpointException(
                    "has format \"" + contents.version() + "\", whose numbers cannot be used here", problems);
        }
    }

    private static String setting(GroupDescription group, String hyperparameter) {
        return group.settings().entrySet().stream()
                .filter(setting ->
                        setting.getKey().equals(hyperparameter) || hyperparameter.endsWith("." + setting.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("the rule's own");
    }

    /// What an event has moved is put back as a whole or not at all.
    private void requireNothingPending(Optimizer optimizer) {
        Set<String> saved = contents.state().pendingEvents();
        if (!saved.isEmpty()) {
            throw new CheckpointException(
                    "was saved between the event " + quoted(saved) + " and its step: it can only be loaded as a whole");
        }
        Set<String> own = optimizer.save(OptimizerState::pendingEvents);
        if (!own.isEmpty()) {
            throw new CheckpointException("can only be loaded as a whole between the event " + quoted(own)
                    + " and its step: make the step, or call cancelEvent()");
        }
    }

    private static String quoted(Set<String> events) {
        return events.stream().sorted().collect(Collectors.joining("\", \"", "\"", "\""));
    }

    private static void requireComplete(PartialLoad load) {
        if (!load.kept.isEmpty() || !load.unused.isEmpty()) {
            List<String> problems = new ArrayList<>(load.kept);
            load.unused.forEach(name -> problems.add(name + " is unexpected"));
            throw new CheckpointException("does not fit the optimizer", problems);
        }
    }

    /// What is frozen here stays so, and the report says it.
    private Map<String, ParameterState> frozenAsHere(
            Map<String, ParameterState> saved, Optimizer optimizer, List<GroupDescription> own) {
        Map<String, ParameterState> frozen = new LinkedHashMap<>(saved);
        for (GroupDescription group : own) {
            for (String name : group.parameters()) {
                ParameterState from = saved.get(name);
                if (from != null && !from.isFrozen() && optimizer.isFrozen(name)) {
                    frozen.put(name, new ParameterState(name, from.completed(), true, from.values(), from.states()));
                    differences.add("parameter " + name + " stays frozen, which it was not in the checkpoint");
                }
            }
        }
        return frozen;
    }

    /// The parameters by their names in the optimizer.
    private Map<String, ParameterState> renamed() {
        Map<String, ParameterState> byName = new LinkedHashMap<>();
        for (ParameterState parameter : contents.state().parameters()) {
            String name = options.names().apply(parameter.name());
            if (byName.put(name, renamed(parameter, name)) != null) {
                throw new CheckpointException("has two parameters that are to be called \"" + name + "\"");
            }
        }
        return byName;
    }

    private static ParameterState renamed(ParameterState from, String name) {
        return new ParameterState(
                name,
                from.completed(),
                from.isFrozen(),
                from.values() == null ? null : renamed(from.values(), from.name(), name),
                from.states().stream()
                        .map(state -> renamed(state, from.name(), name))
                        .toList());
    }

    private static StateView renamed(StateView view, String from, String to) {
        String name = to + view.name().substring(from.length());
        return new StateView(name, view.shape(), view.type(), view.role(), view.values());
    }

    /// What rules differ, each once.
    private List<String> otherRules(List<GroupDescription> own) {
        Map<String, GroupDescription> here = byParameter(own);
        Set<String> sentences = new LinkedHashSet<>();
        for (GroupDescription group : contents.groups()) {
            for (String parameter : group.parameters()) {
                GroupDescription other = here.get(options.names().apply(parameter));
                if (other != null && !other.rule().equals(group.rule())) {
                    sentences.add("group \"" + group.name() + "\" was trained by " + group.rule() + ", group \""
                            + other.name() + "\" is trained by " + other.rule());
                }
            }
        }
        return List.copyOf(sentences);
    }

    private Set<String> otherSettings(List<GroupDescription> own) {
        Map<String, GroupDescription> here = byParameter(own);
        Set<String> sentences = new LinkedHashSet<>();
        for (GroupDescription group : contents.groups()) {
            for (String parameter : group.parameters()) {
                GroupDescription other = here.get(options.names().apply(parameter));
                if (other != null) {
                    sentences.addAll(otherSettings(group, other));
                }
            }
        }
        return sentences;
    }

    private List<String> otherSettings(GroupDescription saved, GroupDescription own) {
        List<String> sentences = new ArrayList<>();
        Set<String> names = new TreeSet<>(saved.settings().keySet());
        names.addAll(own.settings().keySet());
        for (String name : names) {
            String before = saved.settings().getOrDefault(name, "the rule's own");
            String now = own.settings().getOrDefault(name, "the rule's own");
            if (!before.equals(now)) {
                sentences.add("group \"" + own.name() + "\": " + name
                        + (options.restoresSettings()
                                ? " is " + before + " again, not " + now
                                : " was " + before + ", is " + now));
            }
        }
        return sentences;
    }

    /// What the checkpoint says of the settings of each group here.
    private Map<String, Map<String, Schedule>> savedSettings(List<GroupDescription> own) {
        Map<String, GroupDescription> here = byParameter(own);
        Map<String, Map<String, String>> texts = new LinkedHashMap<>();
        for (GroupDescription group : contents.groups()) {
            for (String parameter : group.parameters()) {
                GroupDescription to = here.get(options.names().apply(parameter));
                if (to != null
                        && !texts.computeIfAbsent(to.name(), name -> group.settings())
                                .equals(group.settings())) {
                    throw new CheckpointException("has several settings for what is here group \"" + to.name() + '"');
                }
            }
        }
        Map<String, Map<String, Schedule>> settings = new LinkedHashMap<>();
        texts.forEach((group, ofGroup) -> {
            Map<String, Schedule> schedules = new LinkedHashMap<>();
            ofGroup.forEach((name, text) -> schedules.put(name, schedule(group, name, text)));
            settings.put(group, schedules);
        });
        return settings;
    }

    private static Schedule schedule(String group, String name, String text) {
        try {
            return TextForm.STANDARD.parseSchedule(text);
        } catch (TextError e) {
            throw new CheckpointException(
                    "has " + text + " for " + name + " of group \"" + group + "\", which cannot be restored: "
                            + e.getMessage(),
                    e);
        }
    }

    private static Map<String, GroupDescription> byParameter(List<GroupDescription> groups) {
        Map<String, GroupDescription> byParameter = new HashMap<>();
        groups.forEach(group -> group.parameters().forEach(name -> byParameter.put(name, group)));
        return byParameter;
    }

    /// What schedules here remember, as the checkpoint has it where it does.
    private Map<String, Double> numbers(Map<String, Double> own) {
        Map<String, Double> numbers = new HashMap<>(own);
        if (!options.valuesOnly()) {
            contents.state().numbers().forEach((name, number) -> numbers.computeIfPresent(name, (n, old) -> number));
        }
        return numbers;
    }

    private static Set<String> sharedStates(Optimizer optimizer) {
        return optimizer.states().stream()
                .map(StateView::name)
                .filter(name -> name.startsWith("/") || name.startsWith("group:"))
                .collect(Collectors.toSet());
    }

    /// The names of the parameters' groups.
    private static Map<String, String> groups(List<GroupDescription> own) {
        Map<String, String> groups = new HashMap<>();
        byParameter(own).forEach((parameter, group) -> groups.put(parameter, group.name()));
        return groups;
    }
}
