package dev.gradus.bench.contest;

import java.util.Arrays;

/// LAMB: the direction of AdamW goes to memory while norms are taken, and is scaled by their ratio in a second sweep.
final class LambLoop extends AdamLoop {
    private static final int BLOCK = 1024;

    private final float[][] direction;
    private final double[][] ofTheta;
    private final double[][] ofDirection;
    private final double[][] thetaSquares;
    private final double[][] directionSquares;

    LambLoop(Start start) {
        super(start, BETA2, 1e-6, 0.01);
        // A thread finishes with a tensor of its own before it takes the next one: it needs one direction only.
        direction = new float[layout.tensors() >= workers() ? workers() : 1][layout.elements()];
        ofTheta = new double[workers()][Squares.LANES];
        ofDirection = new double[workers()][Squares.LANES];
        thetaSquares = new double[layout.tensors()][workers()];
        directionSquares = new double[layout.tensors()][workers()];
    }

    @Override
    int sweeps() {
        return 2;
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        float[] u = direction[direction.length == 1 ? 0 : worker];
        if (sweep == 0) {
            Arrays.fill(ofTheta[worker], 0);
            Arrays.fill(ofDirection[worker], 0);
            // In blocks, so that the norms are taken of what is still in the cache.
            for (int start = from; start < to; start += BLOCK) {
                int end = Math.min(start + BLOCK, to);
                direct(theta[tensor], gradients[tensor], m[tensor], v[tensor], u, start, end, c);
                Squares.add(theta[tensor], start, end, ofTheta[worker]);
                Squares.add(u, start, end, ofDirection[worker]);
            }
            thetaSquares[tensor][worker] = Squares.sum(ofTheta[worker]);
            directionSquares[tensor][worker] = Squares.sum(ofDirection[worker]);
        } else {
            double p = Math.sqrt(sum(thetaSquares[tensor]));
            double n = Math.sqrt(sum(directionSquares[tensor]));
            double ratio = p == 0 || n == 0 ? 1 : p / n;
            descend(theta[tensor], u, from, to, (float) (c.learningRate() * ratio));
        }
    }

    private static double sum(double[] parts) {
        double sum = 0;
        for (double part : parts) {
            sum += part;
        }
        return sum;
    }

    private static void direct(
            float[] theta, float[] g, float[] m, float[] v, float[] u, int from, int to, Coefficients c) {
        float b1 = c.beta1();
        float c1 = c.oneMinusBeta1();
        float b2 = c.beta2();
        float c2 = c.oneMinusBeta2();
        float mHat = c.mHat();
        float vHat = c.vHat();
        float eps = c.eps();
        float decay = c.weightDecay();
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            float vi = b2 * v[i] + c2 * (gi * gi);
            m[i] = mi;
            v[i] = vi;
            u[i] = mi * mHat / ((float) Math.sqrt(vi * vHat) + eps) + decay * theta[i];
        }
    }

    private static void descend(float[] theta, float[] u, int from, int to, float rate) {
        for (int i = from; i < to; i++) {
            theta[i] -= rate * u[i];
        }
    }
}
