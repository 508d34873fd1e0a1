package dev.gradus;

/// The value of a state with one number, which several parameters may share.
final class Scalar {
    private double value;

    /// The place of the first parameter of those that are compared, or −1, see [SharedNumbers].
    private int reader = -1;

    double value() {
        return value;
    }

    void set(double newValue) {
        value = newValue;
    }

    void forgetReader() {
        reader = -1;
    }

    /// The first place that has been given since the reader was forgotten.
    int reader(int place) {
        if (reader < 0) {
            reader = place;
        }
        return reader;
    }
}
