package dev.gradus.bench.contest;

/// Adam with decoupled weight decay; without decay, and rectified, as the coefficients say.
class AdamLoop extends HandLoop {
    static final double BETA1 = 0.9;
    static final double BETA2 = 0.999;

    final float[][] m;
    final float[][] v;
    final double weightDecay;
    private final double eps;
    private final double beta2;
    private final double learningRate;
    int t;
    Coefficients c = new Coefficients(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// What is the same for all elements of a step.
    ///
    /// @param mHat the factor that corrects m
    /// @param vHat the factor that corrects v
    record Coefficients(
            float beta1,
            float oneMinusBeta1,
            float beta2,
            float oneMinusBeta2,
            float mHat,
            float vHat,
            float eps,
            float learningRate,
            float weightDecay) {}

    AdamLoop(Start start, double beta2, double eps, double weightDecay) {
        super(start.layout(), start.theta(), start.gradients(), start.threads());
        this.m = layout.arrays();
        this.v = layout.arrays();
        this.beta2 = beta2;
        this.eps = eps;
        this.weightDecay = weightDecay;
        this.learningRate = start.learningRate();
    }

    @Override
    void begin() {
        t++;
        c = new Coefficients(
                (float) BETA1,
                (float) (1 - BETA1),
                (float) beta2,
                (float) (1 - beta2),
                (float) (1 / (1 - Math.pow(BETA1, t))),
                (float) (1 / (1 - Math.pow(beta2, t))),
                (float) eps,
                (float) learningRate,
                (float) weightDecay);
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        if (weightDecay == 0) {
            adam(theta[tensor], gradients[tensor], m[tensor], v[tensor], from, to, c);
        } else {
            adamW(theta[tensor], gradients[tensor], m[tensor], v[tensor], from, to, c);
        }
    }

    static void adam(float[] theta, float[] g, float[] m, float[] v, int from, int to, Coefficients c) {
        float b1 = c.beta1;
        float c1 = c.oneMinusBeta1;
        float b2 = c.beta2;
        float c2 = c.oneMinusBeta2;
        float mHat = c.mHat;
        float vHat = c.vHat;
        float eps = c.eps;
        float lr = c.learningRate;
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            float vi = b2 * v[i] + c2 * (gi * gi);
            m[i] = mi;
            v[i] = vi;
            theta[i] -= lr * (mi * mHat / ((float) Math.sqrt(vi * vHat) + eps));
        }
    }

    private static void adamW(float[] theta, float[] g, float[] m, float[] v, int from, int to, Coefficients c) {
        float b1 = c.beta1;
        float c1 = c.oneMinusBeta1;
        float b2 = c.beta2;
        float c2 = c.oneMinusBeta2;
        float mHat = c.mHat;
        float vHat = c.vHat;
        float eps = c.eps;
        float lr = c.learningRate;
        float decay = c.weightDecay;
        for (int i = from; i < to; i++) {
            float gi = g[i];
            float mi = b1 * m[i] + c1 * gi;
            float vi = b2 * v[i] + c2 * (gi * gi);
            m[i] = mi;
            v[i] = vi;
            float pi = theta[i];
            theta[i] = pi - lr * (mi * mHat / ((float) Math.sqrt(vi * vHat) + eps) + decay * pi);
        }
    }
}
