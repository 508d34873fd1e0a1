package dev.gradus.bench.contest;

import java.util.Arrays;

/// Adam whose steps grow with the norms of the rows, taken row by row.
final class StableAdamLoop extends AdamLoop {
    private final double[][] initial;
    private final double[][] lanes;

    StableAdamLoop(Start start) {
        super(start, 0.99, 1e-8, 0);
        int rows = layout.elements() / layout.row();
        lanes = new double[workers()][Squares.LANES];
        initial = new double[layout.tensors()][rows];
        for (int tensor = 0; tensor < layout.tensors(); tensor++) {
            for (int row = 0; row < rows; row++) {
                initial[tensor][row] = norm(theta[tensor], row * layout.row(), lanes[0]);
            }
        }
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        for (int start = from; start < to; start += layout.row()) {
            double before = initial[tensor][start / layout.row()];
            double now = norm(theta[tensor], start, lanes[worker]);
            Coefficients scaled = before == 0 || now == 0 ? c : scaled(now / before);
            adam(theta[tensor], gradients[tensor], m[tensor], v[tensor], start, start + layout.row(), scaled);
        }
    }

    private Coefficients scaled(double factor) {
        return new Coefficients(
                c.beta1(),
                c.oneMinusBeta1(),
                c.beta2(),
                c.oneMinusBeta2(),
                c.mHat(),
                c.vHat(),
                c.eps(),
                (float) (c.learningRate() * factor),
                c.weightDecay());
    }

    private double norm(float[] x, int start, double[] sums) {
        Arrays.fill(sums, 0);
        Squares.add(x, start, start + layout.row(), sums);
        return Math.sqrt(Squares.sum(sums));
    }
}
