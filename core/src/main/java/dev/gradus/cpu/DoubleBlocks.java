package dev.gradus.cpu;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import dev.gradus.numeric.Normal;
import dev.gradus.numeric.Subnormals;
import dev.gradus.program.Op;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Blocks of double elements, computed in double arithmetic. Each loop stands alone so that the JIT vectorises it.
///
/// [FloatBlocks] is the same in float: Java has no way to write both once that stays fast.
final class DoubleBlocks extends Blocks<double[]> {
    private static final double FLUSH = Subnormals.FLUSH_D;

    private final DoubleFunctions functions = new DoubleFunctions();
    private final short[] halves = new short[SIZE];
    private final float[] others = new float[SIZE];

    @Override
    double[] allocate() {
        return new double[SIZE];
    }

    @Override
    void fill(double[] target, int from, int count, double value) {
        Arrays.fill(target, from, from + count, value);
    }

    @Override
    void load(ElementType type, MemorySegment memory, long index, double[] target, int from, int count) {
        long offset = index * type.bytes();
        switch (type) {
            case FLOAT64 -> MemorySegment.copy(memory, JAVA_DOUBLE_UNALIGNED, offset, target, from, count);
            case FLOAT32 -> {
                MemorySegment.copy(memory, JAVA_FLOAT_UNALIGNED, offset, others, 0, count);
                for (int i = 0; i < count; i++) {
                    target[from + i] = others[i];
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
            case SIGNED_8BIT, NON_NEGATIVE_8BIT -> throw new IllegalArgumentException(type + " is computed in float32");
        }
    }

    @Override
    void store(ElementType type, MemorySegment memory, long index, double[] source, int count) {
        long offset = index * type.bytes();
        switch (type) {
            case FLOAT64 -> MemorySegment.copy(source, 0, memory, JAVA_DOUBLE_UNALIGNED, offset, count);
            case FLOAT32 -> {
                for (int i = 0; i < count; i++) {
                    others[i] = (float) source[i];
                }
                MemorySegment.copy(others, 0, memory, JAVA_FLOAT_UNALIGNED, offset, count);
            }
            case FLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = Float.floatToFloat16((float) source[i]);
                }
                MemorySegment.copy(halves, 0, memory, JAVA_SHORT_UNALIGNED, offset, count);
            }
            case BFLOAT16 -> {
                for (int i = 0; i < count; i++) {
                    halves[i] = bfloat16((float) source[i]);
                }
                MemorySegment.copy(halves, 0, memory, JAVA_SHORT_UNALIGNED, offset, count);
            }
            case SIGNED_8BIT, NON_NEGATIVE_8BIT -> throw new IllegalArgumentException(type + " is computed in float32");
        }
    }

    @Override
    void store(ElementType type, MemorySegment memory, long index, double[] source, int count, long key) {
        throw new IllegalArgumentException(type + " is computed in float32");
    }

    @Override
    void draw(long key, long index, double[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Normal.draw(key, index + i);
        }
    }

    @Override
    void widen(double[] source, double[] target, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = source[i];
        }
    }

    @Override
    void apply(Op op, double[] target, double[] a, double[] b, double[] c, int count) {
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

    private static void negate(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = -a[i];
        }
    }

    private static void abs(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.abs(a[i]);
        }
    }

    private static void sqrt(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.sqrt(a[i]);
        }
    }

    private static void sign(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.signum(a[i]);
        }
    }

    private static void flush(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + FLUSH) - FLUSH;
        }
    }

    private static void not(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = 1 - a[i];
        }
    }

    private static void add(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] + b[i];
        }
    }

    private static void subtract(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] - b[i];
        }
    }

    private static void multiply(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i];
        }
    }

    private static void divide(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] / b[i];
        }
    }

    private static void min(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.min(a[i], b[i]);
        }
    }

    private static void max(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(a[i], b[i]);
        }
    }

    private static void less(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] < b[i] ? 1 : 0;
        }
    }

    private static void lessOrEqual(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] <= b[i] ? 1 : 0;
        }
    }

    private static void equal(double[] target, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] == b[i] ? 1 : 0;
        }
    }

    private static void select(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] != 0 ? b[i] : c[i];
        }
    }
}
