package dev.gradus.cli.comparison;

/// What one pass over the training images led to.
///
/// @param number from 1
/// @param trainingLoss mean cross-entropy over the steps of this pass, in nats
/// @param heldOutLoss mean cross-entropy over the held-out images after this pass, in nats
/// @param accuracy the fraction of held-out images that are classified correctly after this pass
public record Epoch(int number, double trainingLoss, double heldOutLoss, double accuracy) {

    /// Whether the losses are numbers still.
    public boolean isFinite() {
        return Double.isFinite(trainingLoss) && Double.isFinite(heldOutLoss);
    }
}
