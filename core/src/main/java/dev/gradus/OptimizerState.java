package dev.gradus;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// All that an optimizer needs to go on as if it had never stopped, besides its groups' rules and settings.
///
/// What [Optimizer#save] shows are views of live memory; [#copy] makes them independent.
///
/// @param completed the number of completed updates
/// @param isEvaluating whether the parameters hold the weights that are to be evaluated
/// @param parameters those of each group in the order in which the group has them
/// @param numbers what schedules remember from what they observed, by the names that [Optimizer#states] has for it
/// @param pendingEvents the events that have moved parameters and await their step, see
///     [Optimizer#cancelEvent]; what is
///     loaded has them in its states, so that loading does not read these names
public record OptimizerState(
        long completed,
        boolean isEvaluating,
        List<ParameterState> parameters,
        Map<String, Double> numbers,
        Set<String> pendingEvents) {
    public OptimizerState {
        numbers = Map.copyOf(numbers);
        parameters = List.copyOf(parameters);
        pendingEvents = Collections.unmodifiableSet(new TreeSet<>(pendingEvents));
    }

    /// A state without events that await their step.
    public OptimizerState(
            long completed, boolean isEvaluating, List<ParameterState> parameters, Map<String, Double> numbers) {
        this(completed, isEvaluating, parameters, numbers, Set.of());
    }

    /// The state of one parameter.
    ///
    /// @param name the parameter's
    /// @param completed the number of its updates
    /// @param isFrozen whether steps leave it out
    /// @param values the parameter's own, under its name, or null where they are saved elsewhere
    /// @param states all of them by name: `parameter/link.state`, also numbers that its links share with other
    ///     parameters, and `parameter/master`, the float32 copy of a 16-bit parameter
    public record ParameterState(
            String name,
            long completed,
            boolean isFrozen,
            @Nullable StateView values,
            List<StateView> states) {
        public ParameterState {
            states = List.copyOf(states);
        }

        /// This without the parameter's own values.
        public ParameterState withoutValues() {
            return new ParameterState(name, completed, isFrozen, null, states);
        }

        /// This with all values in memory of their own.
        public ParameterState copy(SegmentAllocator allocator) {
            return new ParameterState(
                    name,
                    completed,
                    isFrozen,
                    values == null ? null : OptimizerState.copy(values, allocator),
                    states.stream()
                            .map(state -> OptimizerState.copy(state, allocator))
                            .toList());
        }
    }

    /// This with all values in memory of their own.
    public OptimizerState copy(SegmentAllocator allocator) {
        return new OptimizerState(
                completed,
                isEvaluating,
                parameters.stream().map(parameter -> parameter.copy(allocator)).toList(),
                numbers,
                pendingEvents);
    }

    /// This without the parameters' own values: the states alone.
    public OptimizerState withoutValues() {
        return new OptimizerState(
                completed,
                isEvaluating,
                parameters.stream().map(ParameterState::withoutValues).toList(),
                numbers,
                pendingEvents);
    }

    private static StateView copy(StateView view, SegmentAllocator allocator) {
        long bytes = view.values().byteSize();
        MemorySegment memory =
                allocator.allocate(Math.max(1, bytes), Long.BYTES).asSlice(0, bytes);
        memory.copyFrom(view.values());
        return new StateView(view.name(), view.shape(), view.type(), view.role(), memory.asReadOnly());
    }
}
