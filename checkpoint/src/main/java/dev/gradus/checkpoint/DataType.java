package dev.gradus.checkpoint;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/// How an element of a tensor is stored in a safetensors file.
///
/// The order is that of the reference implementation: files list tensors of later types first, so that all are
/// aligned. Types of less than 8 bits are not supported.
public enum DataType {
    BOOL(1),
    U8(1),
    I8(1),
    F8_E5M2(1),
    F8_E4M3(1),
    F8_E8M0(1),
    I16(2),
    U16(2),
    F16(2),
    BF16(2),
    I32(4),
    U32(4),
    F32(4),
    C64(8),
    F64(8),
    I64(8),
    U64(8);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /// The size of an element in bytes.
    public int bytes() {
        return bytes;
    }

    /// The type of elements as optimizers have them; codes of 8 bits are stored as bytes.
    static DataType of(ElementType type) {
        return switch (type) {
            case FLOAT32 -> F32;
            case FLOAT64 -> F64;
            case FLOAT16 -> F16;
            case BFLOAT16 -> BF16;
            case SIGNED_8BIT, NON_NEGATIVE_8BIT -> U8;
        };
    }

    /// The type of elements that optimizers have, or null where they have none such.
    @Nullable
    ElementType elementType() {
        return switch (this) {
            case F32 -> ElementType.FLOAT32;
            case F64 -> ElementType.FLOAT64;
            case F16 -> ElementType.FLOAT16;
            case BF16 -> ElementType.BFLOAT16;
            default -> null;
        };
    }

    /// One element as a number.
    ///
    /// @throws CheckpointException for types that are not numbers of the JVM: 8-bit floats, and complex ones
    double read(MemorySegment data, long index) {
        long at = index * bytes;
        return switch (this) {
            case BOOL, U8 -> data.get(ValueLayout.JAVA_BYTE, at) & 0xff;
            case I8 -> data.get(ValueLayout.JAVA_BYTE, at);
            case I16 -> data.get(LittleEndian.SHORT, at);
            case U16 -> data.get(LittleEndian.SHORT, at) & 0xffff;
            case F16 -> Float.float16ToFloat(data.get(LittleEndian.SHORT, at));
            case BF16 -> Float.intBitsToFloat(data.get(LittleEndian.SHORT, at) << 16);
            case I32 -> data.get(LittleEndian.INT, at);
            case U32 -> data.get(LittleEndian.INT, at) & 0xffff_ffffL;
            case F32 -> Float.intBitsToFloat(data.get(LittleEndian.INT, at));
            case F64 -> Double.longBitsToDouble(data.get(LittleEndian.LONG, at));
            case I64 -> data.get(LittleEndian.LONG, at);
            case U64 -> unsigned(data.get(LittleEndian.LONG, at));
            case F8_E5M2, F8_E4M3, F8_E8M0, C64 ->
                throw new CheckpointException("elements of type " + this + " cannot be read as numbers");
        };
    }

    private static double unsigned(long bits) {
        return bits >= 0 ? bits : (bits >>> 1 | bits & 1) * 2.0;
    }

    boolean isNumber() {
        return this != F8_E5M2 && this != F8_E4M3 && this != F8_E8M0 && this != C64;
    }

    boolean isFloat() {
        return this == F16 || this == BF16 || this == F32 || this == F64;
    }
}
