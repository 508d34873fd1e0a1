package dev.gradus.cli.comparison;

import dev.gradus.cli.data.Images;
import java.util.function.Consumer;

/// Makes a training.
@FunctionalInterface
public interface TrialRunner {

    /// Trains a new network. Equal arguments give equal epochs.
    ///
    /// @param heldOut what the network is judged by, after each pass
    /// @param onEpoch called after each pass
    Run run(Trial trial, Images training, Images heldOut, Consumer<Epoch> onEpoch);
}
