package dev.gradus.numeric;

/// How states lose their subnormal elements when they are stored, which would slow every later step down:
/// `(x + c) − c` turns what is below the least normal number into 0 and rounds what is close above.
public final class Subnormals {
    /// The constant of float arithmetic, which leaves nothing below 2⁻¹²⁶.
    public static final float FLUSH_F = 0x1p-102f;

    /// The constant of double arithmetic, which leaves nothing below 2⁻¹⁰²².
    public static final double FLUSH_D = 0x1p-969;

    private Subnormals() {}
}
