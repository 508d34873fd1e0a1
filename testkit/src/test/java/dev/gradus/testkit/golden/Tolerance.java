package dev.gradus.testkit.golden;

/// How far two values may be apart: `|a − b| ≤ relative · max(|a|, |b|, floor · max|tensor|)`.
record Tolerance(double relative, double floor) {

    /// Compares a tensor with what was recorded.
    ///
    /// @return the part of the tolerance that the worst element takes, from 0 to 1
    /// @throws AssertionError naming the tensor, the element and both values, if one is too far off
    double compare(String what, double[] recorded, double[] actual) {
        if (recorded.length != actual.length) {
            throw new AssertionError(what + ": " + recorded.length + " elements were recorded, got " + actual.length);
        }
        double[] errors = errors(recorded, actual);
        for (int i = 0; i < errors.length; i++) {
            if (!(errors[i] <= relative)) {
                throw new AssertionError(what + "[" + i + "]: recorded " + recorded[i] + ", got " + actual[i]
                        + ", relative error " + errors[i] + " exceeds " + relative);
            }
        }
        return worst(errors) / relative;
    }

    /// The largest relative error of a tensor.
    double distance(double[] recorded, double[] actual) {
        return worst(errors(recorded, actual));
    }

    private double[] errors(double[] recorded, double[] actual) {
        double least = 0;
        for (double value : recorded) {
            least = Math.max(least, floor * Math.abs(value));
        }
        double[] errors = new double[recorded.length];
        for (int i = 0; i < errors.length; i++) {
            double scale = Math.max(least, Math.max(Math.abs(recorded[i]), Math.abs(actual[i])));
            errors[i] = recorded[i] == actual[i] ? 0 : Math.abs(recorded[i] - actual[i]) / scale;
        }
        return errors;
    }

    /// The largest of some errors, NaN if one is.
    private static double worst(double[] errors) {
        double worst = 0;
        for (double error : errors) {
            worst = Math.max(worst, error);
        }
        return worst;
    }
}
