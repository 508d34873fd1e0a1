package dev.gradus.cli.comparison;

import java.util.List;
import java.util.Optional;

/// A training that was made.
///
/// @param epochs at least one; fewer than planned where the loss became NaN or infinite
/// @param stepNanos median time of the optimizer's part of a step, in nanoseconds
/// @param seconds the whole training, evaluation included
public record Run(Trial trial, List<Epoch> epochs, double stepNanos, double seconds) {
    public Run {
        epochs = List.copyOf(epochs);
    }

    public Epoch last() {
        return epochs.getLast();
    }

    /// Whether the loss became NaN or infinite, which ends a training.
    public boolean diverged() {
        return !last().isFinite();
    }

    /// The first epoch after which the accuracy is at least `accuracy`.
    public Optional<Integer> epochsTo(double accuracy) {
        return epochs.stream()
                .filter(epoch -> epoch.accuracy() >= accuracy)
                .map(Epoch::number)
                .findFirst();
    }
}
