package dev.gradus.bench.contest;

import java.util.List;
import java.util.Optional;

/// A contest, and what was measured in it.
///
/// @param series one per entrant, in their order
/// @param verifications one per entrant that is Gradus
public record Outcome(Contest contest, List<Series> series, List<Verification> verifications) {
    public Outcome {
        series = List.copyOf(series);
        verifications = List.copyOf(verifications);
    }

    public Optional<Series> of(Entrant entrant) {
        return series.stream().filter(s -> s.entrant().equals(entrant)).findFirst();
    }

    /// Whether every element is what the interpreter gives.
    public boolean verified() {
        return verifications.stream().allMatch(v -> v.different() == 0);
    }
}
