package dev.gradus.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.gradus.numeric.EightBit;
import dev.gradus.numeric.Half;
import dev.gradus.numeric.Normal;
import dev.gradus.numeric.Rounding;
import dev.gradus.numeric.Subnormals;
import dev.gradus.program.Op;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Blocks of float elements, computed in float arithmetic. Each loop stands alone so that the JIT vectorises it.
///
/// [DoubleBlocks] is the same in double: Java has no way to write both once that stays fast.
public final class FloatBlocks extends Blocks<float[]> {
    private static final float FLUSH = Subnormals.FLUSH_F;

    private final FloatFunctions functions = new FloatFunctions();
    private final short[] halves = new short[SIZE];
    private final double[] others = new double[SIZE];
    private final int[] random = new int[SIZE];
    private final int[] bits = new int[SIZE];
    private final EightBit.Coder eightBit = new EightBit.Coder();

    @Override
    float[] allocate() {
        return new float[SIZE];
    }

    @Override
    void fill(float[] target, int from, int count, double value) {
        Arrays.fill(target, from, from + count, (float) value);
    }

    @Override
    public void load(ElementType type, MemorySegment memory, long index, float[] target, int from, int count) {
        long offset = index * type.bytes();
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(memory, JAVA_FLOAT_UNALIGNED, offset, target, from, count);
            case FLOAT64 -> {
                MemorySegment.copy(memory, JAVA_DOUBLE_UNALIGNED, offset, others, 0, count);
                for (int i = 0; i < count; i++) {
                    target[from + i] = (float) others[i];
                }
            }
            case FLOAT16 -> {
                MemorySegment.copy(memory, JAVA_SHORT_UNALIGNED, offset, halves, 0, count);
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.float16ToFloat(halves[i]);
                }
            }
            case BFLOAT16 -> {
                MemorySegment.copy(memory, JAVA_SHORT_UNALIGNED, offset, halves, 0, count);
                for (int i = 0; i < count; i++) {
                    target[from + i] = Float.intBitsToFloat(halves[i] << 16);
                }
            }
            case SIGNED_8BIT, NON_NEGATIVE_8BIT -> eightBit.load(memory, type, index, target, from, count);
        }
    }

    @Override
    void store(ElementType type, MemorySegment memory, long index, float[] source, int count) {
        long offset = index * type.bytes();
        switch (type) {
            case FLOAT32 -> MemorySegment.copy(source, 0, memory, JAVA_FLOAT_UNALIGNED, offset, count);
            case FLOAT64 -> {
                for (int i = 0; i < count; i++) {
                    others[i] = source[i];
                }
                MemorySegment.copy(others, 0, memory, JAVA_DOUBLE_UNALIGNED, offset, count);
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = Float.floatToFloat16(source[i]);
                }
                MemorySegment.copy(halves, 0, memory, JAVA_SHORT_UNALIGNED, offset, count);
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = bfloat16(source[i]);
                }
                MemorySegment.copy(halves, 0, memory, JAVA_SHORT_UNALIGNED, offset, count);
            }
            case SIGNED_8BIT, NON_NEGATIVE_8BIT ->
                throw new IllegalArgumentException(type + " is rounded stochastically");
        }
    }

    @Override
    void store(ElementType type, MemorySegment memory, long index, float[] source, int count, long key) {
        if (type.isEightBit()) {
            eightBit.store(memory, type, index, source, count, key);
            return;
        }
        Rounding.draw(key, index, random, count);
        switch (type) {
            case BFLOAT16 -> Half.toBfloat16(source, bits, random, halves, count);
            case FLOAT16 -> Half.toFloat16(source, random, halves, count);
            default -> throw new IllegalArgumentException(type + " is not rounded");
        }
        MemorySegment.copy(halves, 0, memory, JAVA_SHORT_UNALIGNED, index * type.bytes(), count);
    }

    @Override
    void draw(long key, long index, float[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (float) Normal.draw(key, index + i);
        }
    }

    @Override
    void widen(float[] source, double[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = source[i];
        }
    }

    @Override
    void apply(Op op, float[] target, float[] a, float[] b, float[] c, int count) {
        if (op.isFunction()) {
            functions.apply(op, target, a, count);
            return;
        }
        switch (op) {
            case NEGATE -> negate(target, a, count);
            case ABS -> abs(target, a, count);
            case SQRT -> sqrt(target, a, count);
            case SIGN -> sign(target, a, count);
            case FLUSH -> flush(target, a, count);
            case ADD -> add(target, a, b, count);
            case SUBTRACT -> subtract(target, a, b, count);
            case MULTIPLY -> multiply(target, a, b, count);
            case DIVIDE -> divide(target, a, b, count);
            case MIN -> min(target, a, b, count);
            case MAX -> max(target, a, b, count);
            case LESS -> less(target, a, b, count);
            case LESS_OR_EQUAL -> lessOrEqual(target, a, b, count);
            case EQUAL -> equal(target, a, b, count);
            case AND -> multiply(target, a, b, count);
            case NOT -> not(target, a, count);
            case SELECT -> select(target, a, b, c, count);
            default -> throw new IllegalArgumentException(op + " is no operation on elements");
        }
    }

    private static void negate(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = -a[i];
        }
    }

    private static void abs(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.abs(a[i]);
        }
    }

    private static void sqrt(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (float) Math.sqrt(a[i]);
        }
    }

    private static void sign(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.signum(a[i]);
        }
    }

    private static void flush(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + FLUSH) - FLUSH;
        }
    }

    private static void not(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = 1 - a[i];
        }
    }

    private static void add(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] + b[i];
        }
    }

    private static void subtract(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] - b[i];
        }
    }

    private static void multiply(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i];
        }
    }

    private static void divide(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] / b[i];
        }
    }

    private static void min(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.min(a[i], b[i]);
        }
    }

    private static void max(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(a[i], b[i]);
        }
    }

    private static void less(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] < b[i] ? 1 : 0;
        }
    }

    private static void lessOrEqual(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] <= b[i] ? 1 : 0;
        }
    }

    private static void equal(float[] target, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] == b[i] ? 1 : 0;
        }
    }

    private static void select(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] != 0 ? b[i] : c[i];
        }
    }
}
