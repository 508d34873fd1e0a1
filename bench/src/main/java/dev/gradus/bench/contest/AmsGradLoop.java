package dev.gradus.bench.contest;

/// Adam whose second moment never shrinks.
final class AmsGradLoop extends AdamLoop {
    private final float[][] largest;

    AmsGradLoop(Start start) {
        super(start, BETA2, 1e-8, 0);
        largest = layout.arrays();
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        amsGrad(theta[tensor], gradients[tensor], m[tensor], v[tensor], largest[tensor], from, to, c);
    }

    private static void amsGrad(
            float[] theta, float[] g, float[] m, float[] v, float[] largest, int from, int to, Coefficients c) {
        float b1 = c.beta1();
        float c1 = c.oneMinusBeta1();
        float b2 = c.beta2();
        float c2 = c.oneMinusBeta2();
        float mHat = c.mHat();
        float vHat = c.vHat();
        float eps = c.eps();
        float lr = c.learningRate();
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            float vi = b2 * v[i] + c2 * (gi * gi);
            float max = Math.max(largest[i], vi);
            m[i] = mi;
            v[i] = vi;
            largest[i] = max;
            theta[i] -= lr * (mi * mHat / ((float) Math.sqrt(max * vHat) + eps));
        }
    }
}
