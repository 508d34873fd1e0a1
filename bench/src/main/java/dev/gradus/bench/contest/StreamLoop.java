package dev.gradus.bench.contest;

import dev.gradus.bench.contest.Algorithm.Traffic;

/// Reads and writes as many arrays as a rule does, in the same order, and computes next to nothing.
final class StreamLoop extends HandLoop {
    private static final int BLOCK = 1024;

    private final Traffic traffic;
    private final float[][] x;
    private final float[][] y;
    private final float[][] z;
    private final double[][] block;

    StreamLoop(Start start, Traffic traffic) {
        super(start.layout(), start.theta(), start.gradients(), start.threads());
        this.traffic = traffic;
        this.x = layout.arrays();
        this.y = layout.arrays();
        this.z = traffic == Traffic.MOMENTS ? new float[0][] : layout.arrays();
        this.block = new double[workers()][BLOCK];
    }

    @Override
    void begin() {
        // Nothing is counted.
    }

    @Override
    boolean needsTotal() {
        return traffic == Traffic.TOTAL_THEN_MOMENTS;
    }

    @Override
    void total(int worker, int tensor, int from, int to) {
        for (int start = from; start < to; start += BLOCK) {
            read(gradients[tensor], start, Math.min(BLOCK, to - start), block[worker]);
        }
    }

    @Override
    int sweeps() {
        return traffic == Traffic.DIRECTION_THEN_STEP ? 2 : 1;
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        switch (traffic) {
            case MOMENTS, TOTAL_THEN_MOMENTS -> three(gradients[tensor], theta[tensor], x[tensor], y[tensor], from, to);
            case THREE_MOMENTS -> four(gradients[tensor], theta[tensor], x[tensor], y[tensor], z[tensor], from, to);
            case DIRECTION_THEN_STEP -> {
                if (sweep == 0) {
                    direction(gradients[tensor], theta[tensor], x[tensor], y[tensor], z[tensor], from, to);
                } else {
                    add(z[tensor], theta[tensor], from, to);
                }
            }
        }
    }

    /// Into another type, so that the JIT sees that the arrays are not the same one.
    private static void read(float[] g, int start, int count, double[] sums) {
        for (int i = 0; i < count; i++) {
            sums[i] += g[start + i];
        }
    }

    private static void three(float[] g, float[] a, float[] b, float[] c, int from, int to) {
        for (int i = from; i < to; i++) {
            float gi = g[i];
            a[i] += gi;
            b[i] += gi;
            c[i] += gi;
        }
    }

    private static void four(float[] g, float[] a, float[] b, float[] c, float[] d, int from, int to) {
        for (int i = from; i < to; i++) {
            float gi = g[i];
            a[i] += gi;
            b[i] += gi;
            c[i] += gi;
            d[i] += gi;
        }
    }

    private static void direction(float[] g, float[] a, float[] b, float[] c, float[] u, int from, int to) {
        for (int i = from; i < to; i++) {
            float gi = g[i];
            b[i] += gi;
            c[i] += gi;
            u[i] = a[i];
        }
    }

    private static void add(float[] u, float[] a, int from, int to) {
        for (int i = from; i < to; i++) {
            a[i] += u[i];
        }
    }
}
