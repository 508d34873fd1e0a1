package dev.gradus.bench.contest;

import dev.gradus.bench.contest.AdamLoop.Coefficients;
import java.util.Arrays;

/// AdaBelief; clipped by the norm of all gradients and with weight decay, if wanted.
///
/// `g − m` is taken as `β₁ (g − m)` of the m before, which gives m too: the loop with m first vectorises badly in C2.
final class AdaBeliefLoop extends HandLoop {
    private static final double EPS = 1e-16;

    private final float[][] m;
    private final float[][] s;
    private final double learningRate;
    private final double maxNorm;
    private final double weightDecay;
    private final double[][] lanes;
    private int t;
    private float factor = 1;
    private Coefficients c = new Coefficients(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// @param maxNorm infinite for no clipping
    AdaBeliefLoop(Start start, double maxNorm, double weightDecay) {
        super(start.layout(), start.theta(), start.gradients(), start.threads());
        this.m = layout.arrays();
        this.s = layout.arrays();
        this.learningRate = start.learningRate();
        this.maxNorm = maxNorm;
        this.weightDecay = weightDecay;
        this.lanes = new double[workers()][Squares.LANES];
    }

    @Override
    void begin() {
        t++;
        c = new Coefficients(
                (float) AdamLoop.BETA1,
                (float) (1 - AdamLoop.BETA1),
                (float) AdamLoop.BETA2,
                (float) (1 - AdamLoop.BETA2),
                (float) (1 / (1 - Math.pow(AdamLoop.BETA1, t))),
                (float) (1 / (1 - Math.pow(AdamLoop.BETA2, t))),
                (float) EPS,
                (float) learningRate,
                (float) weightDecay);
        for (double[] sums : lanes) {
            Arrays.fill(sums, 0);
        }
    }

    @Override
    boolean needsTotal() {
        return maxNorm < Double.POSITIVE_INFINITY;
    }

    @Override
    void total(int worker, int tensor, int from, int to) {
        Squares.add(gradients[tensor], from, to, lanes[worker]);
    }

    @Override
    void totalled() {
        double total = 0;
        for (double[] sums : lanes) {
            total += Squares.sum(sums);
        }
        double norm = Math.sqrt(total);
        factor = norm > maxNorm ? (float) (maxNorm / norm) : 1;
    }

    @Override
    void sweep(int sweep, int worker, int tensor, int from, int to) {
        update(theta[tensor], gradients[tensor], m[tensor], s[tensor], from, to, c, factor);
    }

    private static void update(
            float[] theta, float[] g, float[] m, float[] s, int from, int to, Coefficients c, float factor) {
        float b1 = c.beta1();
        float b2 = c.beta2();
        float c2 = c.oneMinusBeta2();
        float mHat = c.mHat();
        float sHat = c.vHat();
        float eps = c.eps();
        float lr = c.learningRate();
        float decay = c.weightDecay();
        for (int i = from; i < to; i++) {
            float gi = g[i] * factor;
            float surprise = b1 * (gi - m[i]);
            float mi = gi - surprise;
            float si = b2 * s[i] + c2 * (surprise * surprise) + eps;
            m[i] = mi;
            s[i] = si;
            float pi = theta[i];
            theta[i] = pi - lr * (mi * mHat / ((float) Math.sqrt(si * sHat) + eps) + decay * pi);
        }
    }
}
