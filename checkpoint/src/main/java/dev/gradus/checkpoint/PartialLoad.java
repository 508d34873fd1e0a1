package dev.gradus.checkpoint;

import dev.gradus.OptimizerState;
import dev.gradus.OptimizerState.ParameterState;
import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Takes from saved parameters what fits an optimizer, state by state.
final class PartialLoad {
    /// What follows the parameter's name in that of its float32 copy.
    static final String MASTER = "/master";

    /// What follows the parameter's name in that of the steps that its rows have last made.
    static final String LAST_STEP = "/last_step";

    private static final String MISSING = "is not in the checkpoint";

    final List<String> loaded = new ArrayList<>();
    final List<String> begun = new ArrayList<>();
    final List<String> valuesOnly = new ArrayList<>();
    final List<String> kept = new ArrayList<>();
    final List<String> unused = new ArrayList<>();

    private final Map<String, ParameterState> saved;
    private final boolean isOfValuesOnly;
    private final Set<String> shared;
    private final Map<String, String> groups;
    private final SegmentAllocator allocator;

    /// The checkpoint's numbers that links share, by the names that they have in the optimizer.
    private final Map<String, StateView> numbers = new HashMap<>();

    private final Set<String> begunNumbers = new HashSet<>();

    /// The states that begin anew, by name, each with its parameters.
    private final Map<String, Set<String>> initial = new LinkedHashMap<>();

    /// @param saved by the names that they have in the optimizer
    /// @param isOfValuesOnly whether no states are taken
    /// @param shared the names of the numbers that parameters share in the optimizer: `/link.state`, and
    ///     `group:name/link.state` where each group has its own
    /// @param groups the name of each parameter's group
    /// @param allocator of what is copied
    PartialLoad(
            Map<String, ParameterState> saved,
            boolean isOfValuesOnly,
            Set<String> shared,
            Map<String, String> groups,
            SegmentAllocator allocator) {
        this.saved = new LinkedHashMap<>(saved);
        this.isOfValuesOnly = isOfValuesOnly;
        this.shared = shared;
        this.groups = groups;
        this.allocator = allocator;
    }

    /// The parameters as they are to be loaded. What is not in the checkpoint is a copy.
    List<ParameterState> merge(OptimizerState present) {
        List<ParameterState> merged = new ArrayList<>();
        for (ParameterState own : present.parameters()) {
            merged.add(merge(own));
        }
        unused.addAll(0, saved.keySet());
        beginNumbers(merged);
        return merged.stream().map(this::withNumbers).toList();
    }

    /// The states that begin anew once everything is loaded: `link.state`, each with the parameters that it is of.
    Map<String, Set<String>> initial() {
        return initial;
    }

    private ParameterState merge(ParameterState own) {
        ParameterState from = saved.remove(own.name());
        String misfit = from == null ? MISSING : misfitOfValues(own, from);
        if (from == null || !misfit.isEmpty()) {
            kept.add(own.name() + ": " + misfit);
            return own.copy(allocator);
        }
        Map<String, StateView> given = new LinkedHashMap<>();
        from.states().forEach(state -> given.put(state.name(), state));
        Map<String, String> misfits = new LinkedHashMap<>();
        own.states().forEach(state -> {
            String ofState = misfit(state, given.get(state.name()));
            if (!ofState.isEmpty()) {
                misfits.put(state.name(), ofState);
            }
        });
        String reason = isOfValuesOnly ? "as asked for" : reasonToBeginAnew(own, misfits);
        if (reason.isEmpty()) {
            loaded.add(own.name());
            return withStates(own, from, given, misfits);
        }
        valuesOnly.add(own.name() + ": " + reason);
        List<StateView> states = own.states().stream()
                .map(state -> replacement(own, from, state, 0))
                .toList();
        return new ParameterState(own.name(), 0, own.isFrozen(), from.values(), states);
    }

    private String misfitOfValues(ParameterState own, ParameterState from) {
        if (from.values() == null) {
            return isOfValuesOnly ? "has no values in the checkpoint" : "";
        }
        return misfit(Objects.requireNonNull(own.values()), from.values());
    }

    private static String misfit(StateView own, @Nullable StateView from) {
        if (from == null) {
            return MISSING;
        }
        if (!own.shape().equals(from.shape())) {
            return "has shape " + from.shape() + " in the checkpoint, not " + own.shape();
        }
        return own.type() == from.type() ? "" : "is stored as " + from.type() + ", not " + own.type();
    }

    /// Why the step count begins at 0, which it does where the rule has states and none of them fits; empty
    /// otherwise.
    private String reasonToBeginAnew(ParameterState own, Map<String, String> misfits) {
        List<String> ofRule = own.states().stream()
                .filter(state -> isOfRule(own, state))
                .map(StateView::name)
                .toList();
        if (ofRule.isEmpty() || !misfits.keySet().containsAll(ofRule)) {
            return "";
        }
        return "state " + ofRule.getFirst() + " " + misfits.get(ofRule.getFirst());
    }

    private boolean isOfRule(ParameterState parameter, StateView state) {
        String suffix = suffix(parameter, state);
        return !suffix.equals(MASTER)
                && !suffix.equals(LAST_STEP)
                && common(parameter, state).isEmpty();
    }

    private ParameterState withStates(
            ParameterState own, ParameterState from, Map<String, StateView> given, Map<String, String> misfits) {
        List<StateView> states = new ArrayList<>();
        for (StateView state : own.states()) {
            StateView saved = given.remove(state.name());
            String misfit = misfits.get(state.name());
            if (misfit == null) {
                states.add(Objects.requireNonNull(saved));
                String common = common(own, state);
                if (!common.isEmpty()) {
                    numbers.putIfAbsent(common, Objects.requireNonNull(saved));
                }
            } else {
                states.add(replacement(own, from, state, from.completed()));
                if (isOfRule(own, state)) {
                    begun.add(state.name() + ": " + misfit);
                }
            }
        }
        unused.addAll(given.keySet());
        return new ParameterState(own.name(), from.completed(), from.isFrozen(), from.values(), states);
    }

    /// What a state is where the checkpoint has none that fits.
    private StateView replacement(ParameterState own, ParameterState from, StateView state, long completed) {
        return switch (suffix(own, state)) {
            case MASTER ->
                from.values() == null
                        ? copy(state)
                        : Widening.widened(from.values(), state.name(), state.type(), allocator);
            case LAST_STEP -> allAt(completed, state);
            default -> {
                if (isOfRule(own, state)) {
                    begin(suffix(own, state), own.name());
                }
                yield copy(state);
            }
        };
    }

    /// No row has missed a step.
    private StateView allAt(long completed, StateView steps) {
        long bytes = steps.values().byteSize();
        MemorySegment rows = allocator.allocate(Math.max(1, bytes), Long.BYTES);
        for (long row = 0; row < steps.shape().elements(); row++) {
            rows.setAtIndex(ValueLayout.JAVA_DOUBLE, row, (double) completed);
        }
        return new StateView(
                steps.name(),
                steps.shape(),
                ElementType.FLOAT64,
                steps.role(),
                rows.asSlice(0, bytes).asReadOnly());
    }

    private StateView copy(StateView state) {
        return new ParameterState("", 0, false, null, List.of(state))
                .copy(allocator)
                .states()
                .getFirst();
    }

    private void begin(String suffix, String parameter) {
        initial.computeIfAbsent(suffix.substring(1), state -> new TreeSet<>()).add(parameter);
    }

    /// Numbers that links share begin anew where the checkpoint has none, and no parameter stays as it is.
    private void beginNumbers(List<ParameterState> merged) {
        for (ParameterState parameter : merged) {
            for (StateView state : parameter.states()) {
                String common = common(parameter, state);
                boolean isNew = !common.isEmpty() && !numbers.containsKey(common) && kept.isEmpty();
                if (isNew && begunNumbers.add(common)) {
                    begin(suffix(parameter, state), parameter.name());
                    if (!isOfValuesOnly) {
                        begun.add(common + ": " + MISSING);
                    }
                }
            }
        }
    }

    /// A number that a link shares is the checkpoint's for all parameters of the link, once it is for one.
    private ParameterState withNumbers(ParameterState parameter) {
        List<StateView> states = parameter.states().stream()
                .map(state -> {
                    StateView number = numbers.get(common(parameter, state));
                    return number == null || loaded.contains(parameter.name())
                            ? state
                            : new StateView(state.name(), state.shape(), state.type(), state.role(), number.values());
                })
                .toList();
        return new ParameterState(
                parameter.name(), parameter.completed(), parameter.isFrozen(), parameter.values(), states);
    }

    /// The name that all parameters have for a number that they share, or nothing for a state of the parameter's own.
    private String common(ParameterState parameter, StateView state) {
        String ofLink = suffix(parameter, state);
        if (shared.contains(ofLink)) {
            return ofLink;
        }
        String ofGroup = "group:" + groups.get(parameter.name()) + ofLink;
        return shared.contains(ofGroup) ? ofGroup : "";
    }

    private static String suffix(ParameterState parameter, StateView state) {
        return state.name().substring(parameter.name().length());
    }
}
