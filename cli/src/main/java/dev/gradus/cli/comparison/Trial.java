package dev.gradus.cli.comparison;

import dev.gradus.cli.data.Images;
import dev.gradus.cli.input.ScheduleShape;

/// One training to be made.
///
/// @param learningRate the size that the schedule's shape is given
/// @param epochs passes over the training images
/// @param batchSize images per step
/// @param seed decides the network's first weights and the order of the images
public record Trial(
        Contender contender, double learningRate, ScheduleShape schedule, int epochs, int batchSize, long seed) {

    /// The number of optimizer steps; what is left over after the last whole batch of an epoch is not trained on.
    public long steps(Images training) {
        return (long) epochs * (training.count() / batchSize);
    }
}
