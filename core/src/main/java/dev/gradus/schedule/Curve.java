package dev.gradus.schedule;

/// How a value moves from one point to another.
public enum Curve {
    /// Stays, and jumps at the end.
    CONSTANT {
        @Override
        public double between(double from, double to, double progress) {
            return progress < 1 ? from : to;
        }
    },

    /// In a straight line.
    LINEAR {
        @Override
        public double between(double from, double to, double progress) {
            return from + (to - from) * progress;
        }
    },

    /// Along half a cosine, flat at both ends.
    COSINE {
        @Override
        public double between(double from, double to, double progress) {
            return to + (from - to) * Cosine.falling(progress);
        }
    };

    /// The value at a part of the way.
    ///
    /// @param progress 0 at `from`, 1 at `to`
    public abstract double between(double from, double to, double progress);
}
