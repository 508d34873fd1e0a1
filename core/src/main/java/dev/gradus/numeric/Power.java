package dev.gradus.numeric;

import java.util.Arrays;

/// x to the power of y for host scalars: the same on every machine, within 0.501 units in the last
/// place, and without garbage, which `StrictMath.pow` leaves.
///
/// It is e to the power of y · ln x in double-double arithmetic (a number of some 100 bits as the sum of two),
/// with the series of artanh for the logarithm and that of the exponential function. As all parameters of a
/// step ask for the same few powers, the last ones are remembered. An object serves one thread.
public final class Power {
    private static final double SQRT_2 = 1.4142135623730951;
    private static final double LN_2 = 0x1.62e42fefa39efp-1;
    private static final double LN_2_LOW = 0x1.abc9e3b39803fp-56;

    /// Beyond this logarithm the result may overflow or become subnormal.
    private static final double MOST = 700;

    private static final int REMEMBERED = 32;

    /// The coefficients 1 ⁄ (2n + 1) and 1 ⁄ n!; the second array has what the first lacks.
    private static final double[] ARTANH = new double[18];

    private static final double[] ARTANH_LOW = new double[8];
    private static final double[] EXP = new double[21];
    private static final double[] EXP_LOW = new double[9];

    static {
        Power power = new Power();
        for (int n = 0; n < ARTANH.length; n++) {
            power.set(1, 0);
            power.divide(2 * n + 1);
            put(power, n, ARTANH, ARTANH_LOW);
        }
        power.set(1, 0);
        for (int n = 0; n < EXP.length; n++) {
            power.divide(Math.max(n, 1));
            put(power, n, EXP, EXP_LOW);
        }
    }

    /// What is remembered, as bits; at first that 0 to the power of 0 is 1.
    private final long[] bases = new long[REMEMBERED];

    private final long[] exponents = new long[REMEMBERED];
    private final double[] powers = new double[REMEMBERED];

    /// The number in progress.
    private double high;

    private double low;

    public Power() {
        Arrays.fill(powers, 1);
    }

    private static void put(Power power, int n, double[] coefficients, double[] lows) {
        coefficients[n] = power.high;
        if (n < lows.length) {
            lows[n] = power.low;
        }
    }

    /// x to the power of y, as `Math.pow` defines it.
    public double of(double x, double y) {
        long base = Double.doubleToRawLongBits(x);
        long exponent = Double.doubleToRawLongBits(y);
        int slot = (int) ((base * 31 + exponent) * 0x9E3779B97F4A7C15L >>> 59);
        if (bases[slot] != base || exponents[slot] != exponent) {
            powers[slot] = compute(x, y);
            bases[slot] = base;
            exponents[slot] = exponent;
        }
        return powers[slot];
    }

    private double compute(double x, double y) {
        if (!(x >= Double.MIN_NORMAL && x <= Double.MAX_VALUE) || !(Math.abs(y) <= Double.MAX_VALUE)) {
            return StrictMath.pow(x, y);
        }
        log(x);
        if (!(Math.abs(high * y) < MOST)) {
            return StrictMath.pow(x, y);
        }
        multiply(y, 0);
        return exp();
    }

    /// ln x, for a normal positive x.
    private void log(double x) {
        int exponent = Math.getExponent(x);
        double m = Math.scalb(x, -exponent);
        if (m > SQRT_2) {
            m *= 0.5;
            exponent++;
        }
        // m = (1 + s) ⁄ (1 − s)
        double sum = m + 1;
        double sumLow = m - (sum - 1);
        double s = (m - 1) / sum;
        double product = s * sum;
        double sLow = ((m - 1 - product) - productError(s, sum, product) - s * sumLow) / sum;
        set(s, sLow);
        multiply(s, sLow);
        series(high, low, ARTANH, ARTANH_LOW);
        multiply(s, sLow);
        double logHigh = 2 * high;
        double logLow = 2 * low;
        set(LN_2, LN_2_LOW);
        multiply(exponent, 0);
        add(logHigh, logLow);
    }

    /// e to the power of the number in progress.
    private double exp() {
        double n = Math.rint(high / LN_2);
        double xHigh = high;
        double xLow = low;
        set(LN_2, LN_2_LOW);
        multiply(-n, 0);
        add(xHigh, xLow);
        series(high, low, EXP, EXP_LOW);
        return Math.scalb(high, (int) n);
    }

    /// The polynomial in a variable, of which the terms that are small enough are taken in double precision.
    private void series(double x, double xLow, double[] coefficients, double[] lows) {
        int n = coefficients.length - 1;
        double tail = coefficients[n];
        for (n--; n >= lows.length; n--) {
            tail = tail * x + coefficients[n];
        }
        set(tail, 0);
        for (; n >= 0; n--) {
            multiply(x, xLow);
            add(coefficients[n], lows[n]);
        }
    }

    private void set(double newHigh, double newLow) {
        high = newHigh + newLow;
        low = newLow - (high - newHigh);
    }

    private void add(double otherHigh, double otherLow) {
        double sum = high + otherHigh;
        double part = sum - high;
        double error = high - (sum - part) + (otherHigh - part);
        set(sum, error + (low + otherLow));
    }

    private void multiply(double otherHigh, double otherLow) {
        double product = high * otherHigh;
        set(product, productError(high, otherHigh, product) + (high * otherLow + low * otherHigh));
    }

    private void divide(double by) {
        double quotient = high / by;
        double product = quotient * by;
        set(quotient, (high - product - productError(quotient, by, product) + low) / by);
    }

    /// What a · b exceeds its rounded product by, exactly.
    private static double productError(double a, double b, double product) {
        double aHigh = upperHalf(a);
        double bHigh = upperHalf(b);
        double aLow = a - aHigh;
        double bLow = b - bHigh;
        return aHigh * bHigh - product + aHigh * bLow + aLow * bHigh + aLow * bLow;
    }

    /// The number with the upper half of its bits.
    private static double upperHalf(double x) {
        double scaled = x * 0x1.0000002p27;
        return scaled - (scaled - x);
    }
}
