package dev.gradus;

/// The value of a state with one number, which all parameters of a link may share.
final class Scalar {
    private double value;

    double value() {
        return value;
    }

    void set(double newValue) {
        value = newValue;
    }
}
