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
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Loads what a checkpoint holds into an optimizer.
final class Loader {
    private final Contents contents;
    private final Loading options;
    private final List<String> loaded = new ArrayList<>();
    private final List<String> valuesOnly = new ArrayList<>();
    private final List<String> kept = new ArrayList<>();

    Loader(Contents contents, Loading options) {
        this.contents = contents;
        this.options = options;
    }

    LoadReport load(Optimizer optimizer) {
        List<GroupDescription> own =
                optimizer.groups().stream().map(GroupDescription::of).toList();
        Map<String, ParameterState> saved = renamed();
        List<String> rules = otherRules(own);
        Map<String, Map<String, Schedule>> settings = options.restoresSettings() ? savedSettings(own) : Map.of();
        List<String> differences = new ArrayList<>(options.restoresSettings() ? Set.of() : otherSettings(own));
        Set<String> restored = options.restoresSettings() ? otherSettings(own) : Set.of();
        List<String> unused = List.of();
        try {
            if (options.isPartial() || options.valuesOnly()) {
                try (Arena arena = Arena.ofShared()) {
                    OptimizerState present = optimizer.save(state -> kept(state, saved, arena));
                    unused = new ArrayList<>(saved.keySet());
                    unused.removeAll(names(present));
                    requireComplete(unused);
                    optimizer.load(merged(present, sharedStates(optimizer)));
                }
                differences.addAll(rules);
            } else {
                OptimizerState state = new OptimizerState(
                        contents.state().completed(),
                        contents.state().isEvaluating(),
                        List.copyOf(saved.values()),
                        contents.state().numbers());
                List<String> problems = new ArrayList<>(rules);
                if (!options.restoresSettings()) {
                    problems.addAll(optimizer.misfits(state));
                }
                if (!problems.isEmpty()) {
                    throw new CheckpointException("does not fit the optimizer", problems);
                }
                optimizer.load(state, settings);
                loaded.addAll(saved.keySet());
            }
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
        return new LoadReport(loaded, valuesOnly, kept, unused, List.copyOf(restored), differences);
    }

    private static Set<String> names(OptimizerState state) {
        return state.parameters().stream().map(ParameterState::name).collect(Collectors.toSet());
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

    private void requireComplete(List<String> unused) {
        if (contents.state().isEvaluating()) {
            throw new CheckpointException("was saved in evaluation mode: it can only be loaded as a whole");
        }
        if (!options.isPartial() && !(kept.isEmpty() && unused.isEmpty())) {
            List<String> problems = new ArrayList<>(kept);
            unused.forEach(name -> problems.add(name + " is unexpected"));
            throw new CheckpointException("does not fit the optimizer", problems);
        }
    }

    /// A copy of what is not taken from the checkpoint; the rest is as it is there.
    private OptimizerState kept(OptimizerState present, Map<String, ParameterState> saved, Arena arena) {
        List<ParameterState> parameters = new ArrayList<>();
        for (ParameterState own : present.parameters()) {
            String name = own.name();
            ParameterState from = saved.get(name);
            String misfit = misfit(own, from);
            if (from == null || !misfit.isEmpty()) {
                kept.add(name + ": " + misfit);
                parameters.add(own.copy(arena));
                continue;
            }
            String states = options.valuesOnly() ? "as asked for" : statesMisfit(own, from);
            if (states.isEmpty()) {
                loaded.add(name);
                parameters.add(from);
            } else {
                valuesOnly.add(name + ": " + states);
                ParameterState copy = own.copy(arena);
                parameters.add(
                        new ParameterState(name, copy.completed(), copy.isFrozen(), from.values(), copy.states()));
            }
        }
        long completed =
                options.valuesOnly() ? present.completed() : contents.state().completed();
        return new OptimizerState(completed, present.isEvaluating(), parameters, numbers(present.numbers()));
    }

    /// What schedules here remember, as the checkpoint has it where it does.
    private Map<String, Double> numbers(Map<String, Double> own) {
        Map<String, Double> numbers = new HashMap<>(own);
        if (!options.valuesOnly()) {
            contents.state().numbers().forEach((name, number) -> numbers.computeIfPresent(name, (n, old) -> number));
        }
        return numbers;
    }

    private static String misfit(ParameterState own, @Nullable ParameterState from) {
        if (from == null) {
            return "is not in the checkpoint";
        }
        return from.values() == null ? "" : misfit(Objects.requireNonNull(own.values()), from.values());
    }

    private static String statesMisfit(ParameterState own, ParameterState from) {
        Map<String, StateView> given = new HashMap<>();
        from.states().forEach(state -> given.put(state.name(), state));
        for (StateView state : own.states()) {
            StateView other = given.remove(state.name());
            String misfit = other == null ? "is not in the checkpoint" : misfit(state, other);
            if (!misfit.isEmpty()) {
                return "state " + state.name() + " " + misfit;
            }
        }
        return given.isEmpty() ? "" : "state " + given.keySet().iterator().next() + " is unexpected";
    }

    private static String misfit(StateView own, StateView from) {
        if (!own.shape().equals(from.shape())) {
            return "has shape " + from.shape() + " in the checkpoint, not " + own.shape();
        }
        return own.type() == from.type() ? "" : "is stored as " + from.type() + ", not " + own.type();
    }

    private static Set<String> sharedStates(Optimizer optimizer) {
        return optimizer.states().stream()
                .map(StateView::name)
                .filter(name -> name.startsWith("/"))
                .collect(Collectors.toSet());
    }

    /// A number that a link shares is the checkpoint's for all parameters of the link, once it is for one.
    private OptimizerState merged(OptimizerState state, Set<String> sharedStates) {
        Map<String, StateView> numbers = new HashMap<>();
        Set<String> fromCheckpoint = new HashSet<>(loaded);
        for (ParameterState parameter : state.parameters()) {
            if (fromCheckpoint.contains(parameter.name())) {
                parameter.states().forEach(view -> numbers.putIfAbsent(suffix(parameter, view), view));
            }
        }
        numbers.keySet().retainAll(sharedStates);
        List<ParameterState> parameters = new ArrayList<>();
        for (ParameterState parameter : state.parameters()) {
            List<StateView> states = parameter.states().stream()
                    .map(view -> {
                        StateView number = numbers.get(suffix(parameter, view));
                        return number == null || fromCheckpoint.contains(parameter.name())
                                ? view
                                : new StateView(view.name(), view.shape(), view.type(), view.role(), number.values());
                    })
                    .toList();
            parameters.add(new ParameterState(
                    parameter.name(), parameter.completed(), parameter.isFrozen(), parameter.values(), states));
        }
        return new OptimizerState(state.completed(), state.isEvaluating(), parameters, state.numbers());
    }

    private static String suffix(ParameterState parameter, StateView view) {
        return view.name().substring(parameter.name().length());
    }
}
