package dev.gradus.bench.contest;

/// Sums of squares in plain loops. A running sum does not vectorise, since its additions have an order; one sum per
/// lane does.
final class Squares {
    static final int LANES = 256;

    private Squares() {}

    /// Adds the squares of a range to the lanes.
    ///
    /// @param lanes [#LANES] sums
    static void add(float[] x, int from, int to, double[] lanes) {
        for (int start = from; start < to; start += LANES) {
            addBlock(x, start, Math.min(LANES, to - start), lanes);
        }
    }

    private static void addBlock(float[] x, int start, int count, double[] lanes) {
        for (int i = 0; i < count; i++) {
            double value = x[start + i];
            lanes[i] += value * value;
        }
    }

    /// The sum of the lanes, in several chains of additions because one would wait for each of them.
    static double sum(double[] lanes) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        double e = 0;
        double f = 0;
        double g = 0;
        double h = 0;
        for (int i = 0; i < LANES; i += 8) {
            a += lanes[i];
            b += lanes[i + 1];
            c += lanes[i + 2];
            d += lanes[i + 3];
            e += lanes[i + 4];
            f += lanes[i + 5];
            g += lanes[i + 6];
            h += lanes[i + 7];
        }
        return a + b + (c + d) + (e + f + (g + h));
    }
}
