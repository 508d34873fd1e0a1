package dev.gradus.compile;

/// Exponential and logarithm per element, from basic operations only, so that every backend gives the same bits.
///
/// Each is a reduction by a two-part ln 2 and a polynomial, with the constants of Sun's fdlibm and, for the float
/// exponential, of Moshier's Cephes. Errors, as tested: `exp` and `log1p` below 1 ulp in either type.
/// `log1p(−0)` is +0.
final class Elementary {
    private Elementary() {}

    private static final float LOG2E_F = 0x1.715476p+0f;
    private static final float EXP_LN2_HI_F = 0.693145751953125f;
    private static final float EXP_LN2_LO_F = 1.4286067653e-06f;
    private static final float ROUND_F = 0x1.8p+23f;

    /// eˣ; beyond the limits the scaling overflows to infinity or underflows to 0 by itself.
    static float exp(float x) {
        float limited = Math.max(Math.min(x, 89f), -104f);
        float k = (limited * LOG2E_F + ROUND_F) - ROUND_F;
        float r = (limited - k * EXP_LN2_HI_F) - k * EXP_LN2_LO_F;
        float p = 1.9875691500e-4f;
        p = p * r + 1.3981999507e-3f;
        p = p * r + 8.3334519073e-3f;
        p = p * r + 4.1665795894e-2f;
        p = p * r + 1.6666665459e-1f;
        p = p * r + 5.0000001201e-1f;
        float y = (p * (r * r) + r) + 1f;
        int whole = (int) k;
        int half = whole >> 1;
        return y * powerOfTwoF(half) * powerOfTwoF(whole - half);
    }

    private static float powerOfTwoF(int exponent) {
        return Float.intBitsToFloat(exponent + 127 << 23);
    }

    private static final double LOG2E = 0x1.71547652b82fep+0;
    private static final double LN2_HI = 6.93147180369123816490e-01;
    private static final double LN2_LO = 1.90821492927058770002e-10;
    private static final double ROUND = 0x1.8p+52;

    /// eˣ; beyond the limits the scaling overflows to infinity or underflows to 0 by itself.
    static double exp(double x) {
        double limited = Math.max(Math.min(x, 710), -746);
        double k = (limited * LOG2E + ROUND) - ROUND;
        double hi = limited - k * LN2_HI;
        double lo = k * LN2_LO;
        double r = hi - lo;
        double z = r * r;
        double p = 4.13813679705723846039e-08;
        p = p * z - 1.65339022054652515390e-06;
        p = p * z + 6.61375632143793436117e-05;
        p = p * z - 2.77777777770155933842e-03;
        p = p * z + 1.66666666666666019037e-01;
        double c = r - z * p;
        double y = 1 + (r * c / (2 - c) - lo + hi);
        int whole = (int) k;
        int half = whole >> 1;
        return y * powerOfTwo(half) * powerOfTwo(whole - half);
    }

    private static double powerOfTwo(int exponent) {
        return Double.longBitsToDouble(exponent + 1023L << 52);
    }

    private static final float LOG_LN2_HI_F = 6.9313812256e-01f;
    private static final float LOG_LN2_LO_F = 9.0580006145e-06f;
    private static final int SQRT_HALF_F = 0x3f3504f3;

    /// ln(1 + x).
    static float log1p(float x) {
        if (!(x > -1f)) {
            return x == -1f ? Float.NEGATIVE_INFINITY : Float.NaN;
        }
        if (x == Float.POSITIVE_INFINITY) {
            return x;
        }
        float u = 1f + x;
        int bits = Float.floatToRawIntBits(u) + (0x3f800000 - SQRT_HALF_F);
        int k = (bits >> 23) - 127;
        float f = k == 0 ? x : Float.intBitsToFloat((bits & 0x007fffff) + SQRT_HALF_F) - 1f;
        float c = k == 0 ? 0f : (k > 0 ? 1f - (u - x) : x - (u - 1f)) / u;
        float s = f / (2f + f);
        float z = s * s;
        float p = 1.4798198640e-01f;
        p = p * z + 1.5313838422e-01f;
        p = p * z + 1.8183572590e-01f;
        p = p * z + 2.2222198546e-01f;
        p = p * z + 2.8571429849e-01f;
        p = p * z + 4.0000000596e-01f;
        p = p * z + 6.6666668653e-01f;
        float halfSquare = 0.5f * f * f;
        return k * LOG_LN2_HI_F - ((halfSquare - (s * (halfSquare + z * p) + (k * LOG_LN2_LO_F + c))) - f);
    }

    private static final long SQRT_HALF = 0x3fe6a09e00000000L;

    /// ln(1 + x).
    static double log1p(double x) {
        if (!(x > -1)) {
            return x == -1 ? Double.NEGATIVE_INFINITY : Double.NaN;
        }
        if (x == Double.POSITIVE_INFINITY) {
            return x;
        }
        double u = 1 + x;
        long bits = Double.doubleToRawLongBits(u) + (0x3ff0000000000000L - SQRT_HALF);
        int k = (int) (bits >> 52) - 1023;
        double f = k == 0 ? x : Double.longBitsToDouble((bits & 0x000fffffffffffffL) + SQRT_HALF) - 1;
        double c = k == 0 ? 0 : (k > 0 ? 1 - (u - x) : x - (u - 1)) / u;
        double s = f / (2 + f);
        double z = s * s;
        double p = 1.479819860511658591e-01;
        p = p * z + 1.531383769920937332e-01;
        p = p * z + 1.818357216161805012e-01;
        p = p * z + 2.222219843214978396e-01;
        p = p * z + 2.857142874366239149e-01;
        p = p * z + 3.999999999940941908e-01;
        p = p * z + 6.666666666666735130e-01;
        double halfSquare = 0.5 * f * f;
        return k * LN2_HI - ((halfSquare - (s * (halfSquare + z * p) + (k * LN2_LO + c))) - f);
    }
}
