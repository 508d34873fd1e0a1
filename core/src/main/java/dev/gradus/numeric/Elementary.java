package dev.gradus.numeric;

/// Exponential, logarithm and cube root per element, from basic operations only, so that every backend gives the
/// same bits.
///
/// The first two are a reduction by a two-part ln 2 and a polynomial, with the constants of Sun's fdlibm and, for
/// the float exponential, of Moshier's Cephes; the cube root is a polynomial and Halley's iteration. `exp` is 0
/// where the result would be subnormal, `log1p(−0)` is +0, `cbrt(±0)` is ±0. The errors that the tests measure
/// stay below 1 ulp, those of the cube root below 0.8.
public final class Elementary {
    private Elementary() {}

    /// Blocks for the stages of a function.
    public static final class Scratch {
        private final float[] a_F;
        private final float[] b_F;
        private final float[] c_F;
        private final int[] i_F;
        private final double[] a_D;
        private final double[] b_D;
        private final double[] c_D;
        private final long[] i_D;

        /// @param size the number of elements of the longest block
        public Scratch(int size) {
            a_F = new float[size];
            b_F = new float[size];
            c_F = new float[size];
            i_F = new int[size];
            a_D = new double[size];
            b_D = new double[size];
            c_D = new double[size];
            i_D = new long[size];
        }
    }

    private static final float LOG2E_F = 0x1.715476p+0f;
    private static final float EXP_LN2_HI_F = 0.693145751953125f;
    private static final float EXP_LN2_LO_F = 1.4286067653e-06f;
    private static final float ROUND_F = 0x1.8p+23f;
    private static final float EXP_LEAST_F = -87.3f;
    private static final float EXP_MOST_F = 89;
    private static final float EXP_0_F = 1.9875691500e-4f;
    private static final float EXP_1_F = 1.3981999507e-3f;
    private static final float EXP_2_F = 8.3334519073e-3f;
    private static final float EXP_3_F = 4.1665795894e-2f;
    private static final float EXP_4_F = 1.6666665459e-1f;
    private static final float EXP_5_F = 5.0000001201e-1f;

    /// eˣ.
    public static float exp(float x) {
        float limited = limit(x);
        float k = nearest(limited);
        int whole = (int) k;
        return polynomial(limited, k) * powerOfTwo(whole >> 1) * powerOfTwo(whole - (whole >> 1)) * kept(x);
    }

    /// eˣ of a block, stage by stage so that each loop vectorises.
    public static void exp(float[] target, float[] x, int count, Scratch scratch) {
        float[] limited = scratch.a_F;
        float[] k = scratch.b_F;
        float[] kept = scratch.c_F;
        int[] whole = scratch.i_F;
        for (int i = 0; i < count; i++) {
            kept[i] = kept(x[i]);
        }
        for (int i = 0; i < count; i++) {
            limited[i] = limit(x[i]);
        }
        for (int i = 0; i < count; i++) {
            k[i] = nearest(limited[i]);
        }
        for (int i = 0; i < count; i++) {
            target[i] = polynomial(limited[i], k[i]);
        }
        for (int i = 0; i < count; i++) {
            whole[i] = (int) k[i];
        }
        for (int i = 0; i < count; i++) {
            k[i] = powerOfTwo(whole[i] >> 1);
        }
        for (int i = 0; i < count; i++) {
            limited[i] = powerOfTwo(whole[i] - (whole[i] >> 1));
        }
        for (int i = 0; i < count; i++) {
            target[i] = target[i] * k[i] * limited[i] * kept[i];
        }
    }

    private static float limit(float x) {
        return Math.max(Math.min(x, EXP_MOST_F), EXP_LEAST_F);
    }

    /// 0 where the result would be smaller than the least normal number, else 1.
    private static float kept(float x) {
        return Math.max(Math.min((x - EXP_LEAST_F) * 0x1p60f, 1), 0);
    }

    private static float nearest(float x) {
        return (x * LOG2E_F + ROUND_F) - ROUND_F;
    }

    private static float polynomial(float x, float k) {
        float r = (x - k * EXP_LN2_HI_F) - k * EXP_LN2_LO_F;
        float p = EXP_0_F;
        p = p * r + EXP_1_F;
        p = p * r + EXP_2_F;
        p = p * r + EXP_3_F;
        p = p * r + EXP_4_F;
        p = p * r + EXP_5_F;
        return (p * (r * r) + r) + 1;
    }

    private static float powerOfTwo(int exponent) {
        return Float.intBitsToFloat((exponent + 127) << 23);
    }

    private static final float LOG_LN2_HI_F = 6.9313812256e-01f;
    private static final float LOG_LN2_LO_F = 9.0580006145e-06f;
    private static final float LOG_0_F = 1.4798198640e-01f;
    private static final float LOG_1_F = 1.5313838422e-01f;
    private static final float LOG_2_F = 1.8183572590e-01f;
    private static final float LOG_3_F = 2.2222198546e-01f;
    private static final float LOG_4_F = 2.8571429849e-01f;
    private static final float LOG_5_F = 4.0000000596e-01f;
    private static final float LOG_6_F = 6.6666668653e-01f;
    private static final int ONE_F = 0x3f800000;
    private static final int SQRT_HALF_F = 0x3f3504f3;
    private static final int ONE_LESS_SQRT_HALF_F = ONE_F - SQRT_HALF_F;

    /// ln(1 + x).
    public static float log1p(float x) {
        if (!(x > -1 && x < Float.POSITIVE_INFINITY)) {
            return x == -1 ? Float.NEGATIVE_INFINITY : x > 0 ? x : Float.NaN;
        }
        float u = 1 + x;
        int bits = Float.floatToRawIntBits(u) + ONE_LESS_SQRT_HALF_F;
        return logarithm(exponent(bits), fraction(bits), lost(x, u));
    }

    /// ln(1 + x) of a block, stage by stage so that each loop vectorises.
    public static void log1p(float[] target, float[] x, int count, Scratch scratch) {
        float[] k = scratch.a_F;
        float[] f = scratch.b_F;
        float[] c = scratch.c_F;
        int[] bits = scratch.i_F;
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToRawIntBits(1 + x[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] += ONE_LESS_SQRT_HALF_F;
        }
        for (int i = 0; i < count; i++) {
            k[i] = exponent(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            f[i] = fraction(bits[i]);
        }
        boolean special = false;
        for (int i = 0; i < count; i++) {
            special |= !(x[i] > -1 && x[i] < Float.POSITIVE_INFINITY);
            c[i] = lost(x[i], 1 + x[i]);
        }
        if (special) {
            for (int i = 0; i < count; i++) {
                target[i] = log1p(x[i]);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            target[i] = logarithm(k[i], f[i], c[i]);
        }
    }

    private static float exponent(int bits) {
        return (bits >> 23) - 127;
    }

    private static float fraction(int bits) {
        return Float.intBitsToFloat((bits & 0x007fffff) + SQRT_HALF_F) - 1;
    }

    /// What 1 + x lost by rounding, as a share of the sum.
    private static float lost(float x, float u) {
        return (x - (u - 1)) / u;
    }

    private static float logarithm(float k, float f, float c) {
        float s = f / (2 + f);
        float z = s * s;
        float p = LOG_0_F;
        p = p * z + LOG_1_F;
        p = p * z + LOG_2_F;
        p = p * z + LOG_3_F;
        p = p * z + LOG_4_F;
        p = p * z + LOG_5_F;
        p = p * z + LOG_6_F;
        float halfSquare = 0.5f * f * f;
        return k * LOG_LN2_HI_F - ((halfSquare - (s * (halfSquare + z * p) + (k * LOG_LN2_LO_F + c))) - f);
    }

    private static final float CBRT_0_F = 1.1281134737809347e-2f;
    private static final float CBRT_1_F = -1.0447032173207028e-1f;
    private static final float CBRT_2_F = 3.869737543234221e-1f;
    private static final float CBRT_3_F = -7.610819469403539e-1f;
    private static final float CBRT_4_F = 1.0523510055332463e+0f;
    private static final float CBRT_5_F = 4.151450687863977e-1f;
    private static final float THIRD_F = 0x1.555556p-2f;
    private static final float HALF_OF_DIGITS_F = 0x1.8p+12f;
    private static final float CBRT_UP_F = 0x1p+24f;
    private static final float CBRT_DOWN_F = 0x1p-8f;

    /// ∛x.
    public static float cbrt(float x) {
        float a = Math.abs(x);
        if (a == Float.POSITIVE_INFINITY) {
            return x;
        }
        float up = a < Float.MIN_NORMAL ? CBRT_UP_F : 1;
        float down = a < Float.MIN_NORMAL ? CBRT_DOWN_F : 1;
        int bits = Float.floatToRawIntBits(a * up) + ONE_LESS_SQRT_HALF_F;
        float k = exponent(bits);
        float third = nearestThird(k);
        float w = mantissa(bits) * powerOfTwo((int) (k - 3 * third));
        return root(w) * powerOfTwo((int) third) * down * Math.signum(x);
    }

    /// ∛x of a block, stage by stage so that the loops vectorise.
    public static void cbrt(float[] target, float[] x, int count, Scratch scratch) {
        float[] k = scratch.a_F;
        float[] w = scratch.b_F;
        int[] bits = scratch.i_F;
        boolean special = false;
        for (int i = 0; i < count; i++) {
            float a = Math.abs(x[i]);
            special |= a != 0 && !(a >= Float.MIN_NORMAL && a < Float.POSITIVE_INFINITY);
            bits[i] = Float.floatToRawIntBits(a) + ONE_LESS_SQRT_HALF_F;
        }
        if (special) {
            for (int i = 0; i < count; i++) {
                target[i] = cbrt(x[i]);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            k[i] = exponent(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            w[i] = mantissa(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] = (int) (k[i] - 3 * nearestThird(k[i]));
        }
        for (int i = 0; i < count; i++) {
            w[i] *= powerOfTwo(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] = (int) nearestThird(k[i]);
        }
        for (int i = 0; i < count; i++) {
            w[i] = root(w[i]);
        }
        for (int i = 0; i < count; i++) {
            target[i] = w[i] * powerOfTwo(bits[i]) * Math.signum(x[i]);
        }
    }

    private static float nearestThird(float k) {
        return (k * THIRD_F + ROUND_F) - ROUND_F;
    }

    private static float mantissa(int bits) {
        return Float.intBitsToFloat((bits & 0x007fffff) + SQRT_HALF_F);
    }

    /// ∛w for w between 0.35 and 2.83.
    private static float root(float w) {
        float p = CBRT_0_F;
        p = p * w + CBRT_1_F;
        p = p * w + CBRT_2_F;
        p = p * w + CBRT_3_F;
        p = p * w + CBRT_4_F;
        p = p * w + CBRT_5_F;
        return refined(p, w);
    }

    /// A better approximation t of ∛w, rounded before such that t² is exact.
    private static float refined(float guess, float w) {
        float t = (guess + HALF_OF_DIGITS_F) - HALF_OF_DIGITS_F;
        float cube = t * t * t;
        return t + t * ((w - cube) / (cube + cube + w));
    }

    private static final double LOG2E_D = 0x1.71547652b82fep+0;
    private static final double EXP_LN2_HI_D = 6.93147180369123816490e-01;
    private static final double EXP_LN2_LO_D = 1.90821492927058770002e-10;
    private static final double ROUND_D = 0x1.8p+52;
    private static final double EXP_LEAST_D = -708.3;
    private static final double EXP_MOST_D = 710;
    private static final double EXP_0_D = 4.13813679705723846039e-08;
    private static final double EXP_1_D = -1.65339022054652515390e-06;
    private static final double EXP_2_D = 6.61375632143793436117e-05;
    private static final double EXP_3_D = -2.77777777770155933842e-03;
    private static final double EXP_4_D = 1.66666666666666019037e-01;

    /// eˣ.
    public static double exp(double x) {
        double limited = limit(x);
        double k = nearest(limited);
        long whole = (long) k;
        return polynomial(limited, k) * powerOfTwo(whole >> 1) * powerOfTwo(whole - (whole >> 1)) * kept(x);
    }

    /// eˣ of a block, stage by stage so that each loop vectorises.
    public static void exp(double[] target, double[] x, int count, Scratch scratch) {
        double[] limited = scratch.a_D;
        double[] k = scratch.b_D;
        double[] kept = scratch.c_D;
        long[] whole = scratch.i_D;
        for (int i = 0; i < count; i++) {
            kept[i] = kept(x[i]);
        }
        for (int i = 0; i < count; i++) {
            limited[i] = limit(x[i]);
        }
        for (int i = 0; i < count; i++) {
            k[i] = nearest(limited[i]);
        }
        for (int i = 0; i < count; i++) {
            target[i] = polynomial(limited[i], k[i]);
        }
        for (int i = 0; i < count; i++) {
            whole[i] = (long) k[i];
        }
        for (int i = 0; i < count; i++) {
            k[i] = powerOfTwo(whole[i] >> 1);
        }
        for (int i = 0; i < count; i++) {
            limited[i] = powerOfTwo(whole[i] - (whole[i] >> 1));
        }
        for (int i = 0; i < count; i++) {
            target[i] = target[i] * k[i] * limited[i] * kept[i];
        }
    }

    private static double limit(double x) {
        return Math.max(Math.min(x, EXP_MOST_D), EXP_LEAST_D);
    }

    /// 0 where the result would be smaller than the least normal number, else 1.
    private static double kept(double x) {
        return Math.max(Math.min((x - EXP_LEAST_D) * 0x1p60, 1), 0);
    }

    private static double nearest(double x) {
        return (x * LOG2E_D + ROUND_D) - ROUND_D;
    }

    private static double polynomial(double x, double k) {
        double hi = x - k * EXP_LN2_HI_D;
        double lo = k * EXP_LN2_LO_D;
        double r = hi - lo;
        double z = r * r;
        double p = EXP_0_D;
        p = p * z + EXP_1_D;
        p = p * z + EXP_2_D;
        p = p * z + EXP_3_D;
        p = p * z + EXP_4_D;
        double c = r - z * p;
        return 1 + (r * c / (2 - c) - lo + hi);
    }

    private static double powerOfTwo(long exponent) {
        return Double.longBitsToDouble((exponent + 1023) << 52);
    }

    private static final double LOG_LN2_HI_D = 6.93147180369123816490e-01;
    private static final double LOG_LN2_LO_D = 1.90821492927058770002e-10;
    private static final double LOG_0_D = 1.479819860511658591e-01;
    private static final double LOG_1_D = 1.531383769920937332e-01;
    private static final double LOG_2_D = 1.818357216161805012e-01;
    private static final double LOG_3_D = 2.222219843214978396e-01;
    private static final double LOG_4_D = 2.857142874366239149e-01;
    private static final double LOG_5_D = 3.999999999940941908e-01;
    private static final double LOG_6_D = 6.666666666666735130e-01;
    private static final long ONE_D = 0x3ff0000000000000L;
    private static final long SQRT_HALF_D = 0x3fe6a09e00000000L;
    private static final long ONE_LESS_SQRT_HALF_D = ONE_D - SQRT_HALF_D;

    /// ln(1 + x).
    public static double log1p(double x) {
        if (!(x > -1 && x < Double.POSITIVE_INFINITY)) {
            return x == -1 ? Double.NEGATIVE_INFINITY : x > 0 ? x : Double.NaN;
        }
        double u = 1 + x;
        long bits = Double.doubleToRawLongBits(u) + ONE_LESS_SQRT_HALF_D;
        return logarithm(exponent(bits), fraction(bits), lost(x, u));
    }

    /// ln(1 + x) of a block, stage by stage so that each loop vectorises.
    public static void log1p(double[] target, double[] x, int count, Scratch scratch) {
        double[] k = scratch.a_D;
        double[] f = scratch.b_D;
        double[] c = scratch.c_D;
        long[] bits = scratch.i_D;
        for (int i = 0; i < count; i++) {
            bits[i] = Double.doubleToRawLongBits(1 + x[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] += ONE_LESS_SQRT_HALF_D;
        }
        for (int i = 0; i < count; i++) {
            k[i] = exponent(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            f[i] = fraction(bits[i]);
        }
        boolean special = false;
        for (int i = 0; i < count; i++) {
            special |= !(x[i] > -1 && x[i] < Double.POSITIVE_INFINITY);
            c[i] = lost(x[i], 1 + x[i]);
        }
        if (special) {
            for (int i = 0; i < count; i++) {
                target[i] = log1p(x[i]);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            target[i] = logarithm(k[i], f[i], c[i]);
        }
    }

    private static double exponent(long bits) {
        return (bits >> 52) - 1023;
    }

    private static double fraction(long bits) {
        return Double.longBitsToDouble((bits & 0x000fffffffffffffL) + SQRT_HALF_D) - 1;
    }

    /// What 1 + x lost by rounding, as a share of the sum.
    private static double lost(double x, double u) {
        return (x - (u - 1)) / u;
    }

    private static double logarithm(double k, double f, double c) {
        double s = f / (2 + f);
        double z = s * s;
        double p = LOG_0_D;
        p = p * z + LOG_1_D;
        p = p * z + LOG_2_D;
        p = p * z + LOG_3_D;
        p = p * z + LOG_4_D;
        p = p * z + LOG_5_D;
        p = p * z + LOG_6_D;
        double halfSquare = 0.5 * f * f;
        return k * LOG_LN2_HI_D - ((halfSquare - (s * (halfSquare + z * p) + (k * LOG_LN2_LO_D + c))) - f);
    }

    private static final double CBRT_0_D = 1.1281134737809347e-2;
    private static final double CBRT_1_D = -1.0447032173207028e-1;
    private static final double CBRT_2_D = 3.869737543234221e-1;
    private static final double CBRT_3_D = -7.610819469403539e-1;
    private static final double CBRT_4_D = 1.0523510055332463e+0;
    private static final double CBRT_5_D = 4.151450687863977e-1;
    private static final double THIRD_D = 0x1.5555555555555p-2;
    private static final double HALF_OF_DIGITS_D = 0x1.8p+27;
    private static final double CBRT_UP_D = 0x1p+54;
    private static final double CBRT_DOWN_D = 0x1p-18;

    /// ∛x.
    public static double cbrt(double x) {
        double a = Math.abs(x);
        if (a == Double.POSITIVE_INFINITY) {
            return x;
        }
        double up = a < Double.MIN_NORMAL ? CBRT_UP_D : 1;
        double down = a < Double.MIN_NORMAL ? CBRT_DOWN_D : 1;
        long bits = Double.doubleToRawLongBits(a * up) + ONE_LESS_SQRT_HALF_D;
        double k = exponent(bits);
        double third = nearestThird(k);
        double w = mantissa(bits) * powerOfTwo((long) (k - 3 * third));
        return root(w) * powerOfTwo((long) third) * down * Math.signum(x);
    }

    /// ∛x of a block, stage by stage so that the loops vectorise.
    public static void cbrt(double[] target, double[] x, int count, Scratch scratch) {
        double[] k = scratch.a_D;
        double[] w = scratch.b_D;
        long[] bits = scratch.i_D;
        boolean special = false;
        for (int i = 0; i < count; i++) {
            double a = Math.abs(x[i]);
            special |= a != 0 && !(a >= Double.MIN_NORMAL && a < Double.POSITIVE_INFINITY);
            bits[i] = Double.doubleToRawLongBits(a) + ONE_LESS_SQRT_HALF_D;
        }
        if (special) {
            for (int i = 0; i < count; i++) {
                target[i] = cbrt(x[i]);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            k[i] = exponent(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            w[i] = mantissa(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] = (long) (k[i] - 3 * nearestThird(k[i]));
        }
        for (int i = 0; i < count; i++) {
            w[i] *= powerOfTwo(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] = (long) nearestThird(k[i]);
        }
        for (int i = 0; i < count; i++) {
            w[i] = root(w[i]);
        }
        for (int i = 0; i < count; i++) {
            target[i] = w[i] * powerOfTwo(bits[i]) * Math.signum(x[i]);
        }
    }

    private static double nearestThird(double k) {
        return (k * THIRD_D + ROUND_D) - ROUND_D;
    }

    private static double mantissa(long bits) {
        return Double.longBitsToDouble((bits & 0x000fffffffffffffL) + SQRT_HALF_D);
    }

    /// ∛w for w between 0.35 and 2.83.
    private static double root(double w) {
        double p = CBRT_0_D;
        p = p * w + CBRT_1_D;
        p = p * w + CBRT_2_D;
        p = p * w + CBRT_3_D;
        p = p * w + CBRT_4_D;
        p = p * w + CBRT_5_D;
        return refined(refined(p, w), w);
    }

    /// A better approximation t of ∛w, rounded before such that t² is exact.
    private static double refined(double guess, double w) {
        double t = (guess + HALF_OF_DIGITS_D) - HALF_OF_DIGITS_D;
        double cube = t * t * t;
        return t + t * ((w - cube) / (cube + cube + w));
    }

    /// The constants of an exponential.
    ///
    /// @param least results for smaller arguments would be subnormal
    /// @param most results for larger arguments are infinite
    /// @param coefficients of the polynomial, the highest power first
    public record Exp(double log2e, double ln2High, double ln2Low, double least, double most, double[] coefficients) {}

    /// The constants of a logarithm.
    ///
    /// @param coefficients of the polynomial, the highest power first
    public record Log(double ln2High, double ln2Low, long oneBits, long sqrtHalfBits, double[] coefficients) {}

    /// The constants of a cube root.
    ///
    /// @param halfOfDigits added and subtracted, leaves half of the digits of a number near 1
    /// @param minNormal arguments below are scaled
    /// @param up by which they are
    /// @param down by which their root is scaled back
    /// @param coefficients of the first approximation, the highest power first
    /// @param refinements how often it is refined
    public record Cbrt(
            double third,
            double halfOfDigits,
            double minNormal,
            double up,
            double down,
            double[] coefficients,
            int refinements) {}

    public static final Exp EXP_F = new Exp(LOG2E_F, EXP_LN2_HI_F, EXP_LN2_LO_F, EXP_LEAST_F, EXP_MOST_F, new double[] {
        EXP_0_F, EXP_1_F, EXP_2_F, EXP_3_F, EXP_4_F, EXP_5_F
    });

    public static final Exp EXP_D = new Exp(LOG2E_D, EXP_LN2_HI_D, EXP_LN2_LO_D, EXP_LEAST_D, EXP_MOST_D, new double[] {
        EXP_0_D, EXP_1_D, EXP_2_D, EXP_3_D, EXP_4_D
    });

    public static final Log LOG_F = new Log(LOG_LN2_HI_F, LOG_LN2_LO_F, ONE_F, SQRT_HALF_F, new double[] {
        LOG_0_F, LOG_1_F, LOG_2_F, LOG_3_F, LOG_4_F, LOG_5_F, LOG_6_F
    });

    public static final Log LOG_D = new Log(LOG_LN2_HI_D, LOG_LN2_LO_D, ONE_D, SQRT_HALF_D, new double[] {
        LOG_0_D, LOG_1_D, LOG_2_D, LOG_3_D, LOG_4_D, LOG_5_D, LOG_6_D
    });

    public static final Cbrt CBRT_F = new Cbrt(
            THIRD_F,
            HALF_OF_DIGITS_F,
            Float.MIN_NORMAL,
            CBRT_UP_F,
            CBRT_DOWN_F,
            new double[] {CBRT_0_F, CBRT_1_F, CBRT_2_F, CBRT_3_F, CBRT_4_F, CBRT_5_F},
            1);

    public static final Cbrt CBRT_D = new Cbrt(
            THIRD_D,
            HALF_OF_DIGITS_D,
            Double.MIN_NORMAL,
            CBRT_UP_D,
            CBRT_DOWN_D,
            new double[] {CBRT_0_D, CBRT_1_D, CBRT_2_D, CBRT_3_D, CBRT_4_D, CBRT_5_D},
            2);
}
