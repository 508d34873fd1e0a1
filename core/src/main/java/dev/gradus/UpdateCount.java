package dev.gradus;

/// The number of completed updates of a parameter or of the optimizer.
final class UpdateCount {
    private long completed;

    long completed() {
        return completed;
    }

    void increment() {
        completed++;
    }

    void set(long updates) {
        completed = updates;
    }
}
