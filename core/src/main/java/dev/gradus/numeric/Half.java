package dev.gradus.numeric;

/// Stochastic rounding to 16-bit elements. NaN becomes NaN; what lies above the largest number may become
/// infinite.
public final class Half {
    /// Bits of a float32 that a float16 or a bfloat16 does not have.
    public static final int DROPPED_16 = 13;

    public static final int DROPPED_B16 = 16;

    public static final int MAGNITUDE = 0x7fffffff;
    public static final int INFINITY = 0x7f800000;

    /// The bits of 2¹⁶, above what a float16 can be, and of 2⁻¹⁴, its least normal number.
    public static final int TOO_LARGE_16 = 0x47800000;

    public static final int NORMAL_16 = 0x38800000;

    /// How much larger exponents are in float32 than in float16, in its bits.
    public static final int REBIAS_16 = 127 - 15 << 23;

    public static final int MAGNITUDE_16 = 0x7fff;
    public static final int SIGN_16 = 0x8000;
    public static final int INFINITY_16 = 0x7c00;
    public static final int NAN_16 = 0x7e00;
    public static final int NAN_B16 = 0x7fc0;

    /// The binary places of the random numbers that subnormal float16 are rounded with.
    public static final int FRACTION_16 = 16;

    /// What makes 2¹⁶ of the least subnormal float16.
    public static final float FIXED_16 = 0x1p40f;

    private Half() {}

    /// Rounds to bfloat16.
    ///
    /// @param bits for the bits of the values; overwritten
    /// @param random 32 random bits for each
    public static void toBfloat16(float[] source, int[] bits, int[] random, short[] target, int count) {
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToRawIntBits(source[i]);
        }
        for (int i = 0; i < count; i++) {
            // A NaN must not be carried over into a number.
            int isNumber = (bits[i] & MAGNITUDE) - INFINITY - 1 >> 31;
            bits[i] = bits[i] + (random[i] >>> Integer.SIZE - DROPPED_B16 & isNumber) >>> DROPPED_B16;
        }
        for (int i = 0; i < count; i++) {
            target[i] = (short) bits[i];
        }
    }

    /// Rounds to float16.
    ///
    /// @param random 32 random bits for each
    public static void toFloat16(float[] source, int[] random, short[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = float16(source[i], random[i]);
        }
    }

    private static short float16(float x, int random) {
        int bits = Float.floatToRawIntBits(x);
        int magnitude = bits & MAGNITUDE;
        int half;
        if (magnitude > INFINITY) {
            half = NAN_16;
        } else if (magnitude >= TOO_LARGE_16) {
            half = INFINITY_16;
        } else if (magnitude >= NORMAL_16) {
            half = magnitude - REBIAS_16 + (random >>> Integer.SIZE - DROPPED_16) >>> DROPPED_16;
        } else {
            half = (int) (Math.abs(x) * FIXED_16) + (random >>> Integer.SIZE - FRACTION_16) >>> FRACTION_16;
        }
        return (short) (half | bits >>> DROPPED_B16 & SIGN_16);
    }
}
