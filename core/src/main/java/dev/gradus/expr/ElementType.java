package dev.gradus.expr;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// How one number of a tensor is stored.
public enum ElementType {
    FLOAT32(4),
    FLOAT64(8),
    /// IEEE 754 binary16.
    FLOAT16(2),
    /// The upper half of a float32.
    BFLOAT16(2);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /// The size of one element in bytes.
    public int bytes() {
        return bytes;
    }

    /// Whether the type is too narrow to be trained in, so that a float32 master copy is kept.
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
        };
    }
}
