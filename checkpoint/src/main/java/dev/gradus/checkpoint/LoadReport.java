package dev.gradus.checkpoint;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// What loading a checkpoint did.
///
/// @param loaded the parameters that were loaded with all their states, by their names in the optimizer
/// @param begun the states that begin anew, each with the reason; the rest of their parameters was loaded
/// @param valuesOnly the parameters of which only the values were loaded, each with the reason; their states
///     begin anew
/// @param kept the parameters that stayed as they were, each with the reason
/// @param unused what the checkpoint has and the optimizer does not: parameters and states
/// @param restored the hyperparameters that have the checkpoint's value or schedule again, each with what they had
///     here before
/// @param differences what the optimizer does otherwise than the one that was saved: hyperparameters and schedules
///     that are set to something else, parameters that stay frozen here, and, where loading is partial, rules
/// @param pendingEvents the events that had moved parameters when the checkpoint was saved and await their step, here
///     as there: the next step, or `cancelEvent()`, moves the parameters back
public record LoadReport(
        List<String> loaded,
        List<String> begun,
        List<String> valuesOnly,
        List<String> kept,
        List<String> unused,
        List<String> restored,
        List<String> differences,
        Set<String> pendingEvents) {
    public LoadReport {
        loaded = List.copyOf(loaded);
        begun = List.copyOf(begun);
        valuesOnly = List.copyOf(valuesOnly);
        kept = List.copyOf(kept);
        unused = List.copyOf(unused);
        restored = List.copyOf(restored);
        differences = List.copyOf(differences);
        pendingEvents = Set.copyOf(pendingEvents);
    }

    /// Whether the optimizer now goes on exactly as the one that was saved would have.
    public boolean isExact() {
        return begun.isEmpty() && valuesOnly.isEmpty() && kept.isEmpty() && unused.isEmpty() && differences.isEmpty();
    }

    LoadReport withUnused(List<String> more) {
        List<String> all = new ArrayList<>(unused);
        all.addAll(more);
        return new LoadReport(loaded, begun, valuesOnly, kept, all, restored, differences, pendingEvents);
    }
}
