package dev.gradus.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How one number of a tensor is stored.
public enum ElementType {
    FLOAT32(4),
    FLOAT64(8),
    /// IEEE 754 binary16.
    FLOAT16(2),
    /// The upper half of a float32.
    BFLOAT16(2),
    /// A sign and 7 bits, for states of either sign; see [#bytes(long)] for the layout.
    ///
    /// With the bits of the block's base z, code c is the float32 with bits z + c·2²⁰, less z.
    SIGNED_8BIT(1),
    /// 8 bits, for states that are never negative; see [#bytes(long)] for the layout.
    ///
    /// With the bits of the block's base z, code c is the float32 with bits z + c·2²⁰.
    NON_NEGATIVE_8BIT(1);

    private static final int BLOCK = 256;
    private static final int BLOCK_BYTES = BLOCK + Float.BYTES;
    private static final int DROPPED = 20;

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element in bytes, without what a block of 8-bit elements has in common.
    public int bytes() {
        return bytes;
    }

    /// The size of so many elements in bytes. 8-bit elements lie in blocks of 256, the last of which is
    /// full, too: 256 codes, then the block's base, a float32.
    public long bytes(long elements) {
        return isEightBit() ? Math.ceilDiv(elements, (long) BLOCK) * BLOCK_BYTES : elements * bytes;
    }

    /// Whether elements are codes in 8 bits.
    public boolean isEightBit() {
        return bytes == 1;
    }

    /// The type that elements are computed in.
    public ElementType arithmetic() {
        return this == FLOAT64 ? FLOAT64 : FLOAT32;
    }

    /// Whether the type is too narrow to be trained in as it is: a float32 master copy is kept, or values
    /// are rounded stochastically.
    public boolean isHalf() {
        return bytes == 2;
    }

    /// One element of a segment of this type, widened exactly.
    public double read(MemorySegment segment, long index) {
        return switch (this) {
            case FLOAT32 -> segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * bytes);
            case FLOAT64 -> segment.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * bytes);
            case FLOAT16 -> Float.float16ToFloat(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * bytes));
            case BFLOAT16 -> Float.intBitsToFloat(segment.get(ValueLayout.JAVA_SHORT_UNALIGNED, index * bytes) << 16);
            case SIGNED_8BIT -> {
                int code = code(segment, index);
                float magnitude = above(segment, index, code & 0x7f) - above(segment, index, 0);
                yield code < 0 ? -magnitude : magnitude;
            }
            case NON_NEGATIVE_8BIT -> above(segment, index, code(segment, index) & 0xff);
        };
    }

    private static int code(MemorySegment segment, long index) {
        return segment.get(ValueLayout.JAVA_BYTE, index / BLOCK * BLOCK_BYTES + index % BLOCK);
    }

    /// The float so many steps above the base.
    private static float above(MemorySegment segment, long index, int steps) {
        int base = segment.get(ValueLayout.JAVA_INT_UNALIGNED, index / BLOCK * BLOCK_BYTES + BLOCK);
        return Float.intBitsToFloat(base + (steps << DROPPED));
    }
}
