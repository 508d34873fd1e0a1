package dev.gradus;

import org.jspecify.annotations.Nullable;

/// The value of a state with one number, which several parameters may share.
final class Scalar {
    private double value;

    /// The first parameter of those that are compared, see [SharedNumber#requireEqual].
    private @Nullable TrainedParameter reader;

    double value() {
        return value;
    }

    void set(double newValue) {
        value = newValue;
    }

    void forgetReader() {
        reader = null;
    }

    /// The first parameter that has asked since the reader was forgotten.
    TrainedParameter reader(TrainedParameter asking) {
        if (reader == null) {
            reader = asking;
        }
        return reader;
    }
}
