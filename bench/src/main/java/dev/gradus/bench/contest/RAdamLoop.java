package dev.gradus.bench.contest;

/// Adam, rectified while its second moment is young.
final class RAdamLoop extends AdamLoop {
    private float rectifier;

    RAdamLoop(Start start) {
        super(start, BETA2, 1e-8, 0);
    }

    @Override
    void begin() {
        super.begin();
        double power = Math.pow(BETA2, t);
        double infinity = 2 / (1 - BETA2) - 1;
        double rho = infinity - 2 * t * power / (1 - power);
        rectifier = rho > 4
                ? (float) Math.sqrt((rho - 4) * (rho - 2) * infinity / ((infinity - 4) * (infinity - 2) * rho))
                : 0;
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        if (rectifier == 0) {
            momentum(theta[tensor], gradients[tensor], m[tensor], v[tensor], from, to, c);
        } else {
            rectified(theta[tensor], gradients[tensor], m[tensor], v[tensor], from, to, c, rectifier);
        }
    }

    private static void momentum(float[] theta, float[] g, float[] m, float[] v, int from, int to, Coefficients c) {
        float b1 = c.beta1();
        float c1 = c.oneMinusBeta1();
        float b2 = c.beta2();
        float c2 = c.oneMinusBeta2();
        float rate = c.learningRate() * c.mHat();
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            m[i] = mi;
            v[i] = b2 * v[i] + c2 * (gi * gi);
            theta[i] -= rate * mi;
        }
    }

    private static void rectified(
            float[] theta, float[] g, float[] m, float[] v, int from, int to, Coefficients c, float rectifier) {
        float b1 = c.beta1();
        float c1 = c.oneMinusBeta1();
        float b2 = c.beta2();
        float c2 = c.oneMinusBeta2();
        float mHat = c.mHat();
        float vHat = c.vHat();
        float eps = c.eps();
        float rate = c.learningRate() * rectifier;
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            float vi = b2 * v[i] + c2 * (gi * gi);
            m[i] = mi;
            v[i] = vi;
            theta[i] -= rate * (mi * mHat / ((float) Math.sqrt(vi * vHat) + eps));
        }
    }
}
