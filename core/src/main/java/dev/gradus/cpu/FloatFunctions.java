package dev.gradus.cpu;

import dev.gradus.cpu.LoopCode.Instruction;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The loops of functions in float arithmetic; [DoubleFunctions] has the same in double.
///
/// Numbers become their bits, and bits numbers, by copying memory: the JIT vectorises no loop with a change between
/// the two.
final class FloatFunctions extends BlockFunctions<float[], int[]> {
    private static final int INFINITY = 0x7f800000;

    private final float[] differences = new float[Blocks.SIZE];
    private final int[] chosen = new int[Blocks.SIZE];
    private final int[] then = new int[Blocks.SIZE];
    private final int[] otherwise = new int[Blocks.SIZE];

    FloatFunctions() {
        super(true);
    }

    @Override
    float[] allocateNumbers() {
        return new float[Blocks.SIZE];
    }

    @Override
    int[] allocateBits() {
        return new int[Blocks.SIZE];
    }

    @Override
    void toBits(int[] target, float[] a, int count) {
        long bytes = (long) count * Float.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(target), 0, bytes);
    }

    @Override
    void fromBits(float[] target, int[] a, int count) {
        long bytes = (long) count * Float.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(target), 0, bytes);
    }

    @Override
    void onBits(Instruction in, int[] target, int[] a, int count) {
        int i = (int) in.bits()[0];
        switch (in.loop()) {
            case BITS -> {
                int j = (int) in.bits()[1];
                int k = (int) in.bits()[2];
                int l = (int) in.bits()[3];
                bits(target, a, i, j, k, l, count);
            }
            case SHIFT_LEFT -> shiftLeft(target, a, i, count);
            default -> throw new IllegalArgumentException(in.loop() + " is no loop on bits");
        }
    }

    @Override
    void onNumbers(Instruction in, float[] target, float[] a, float[] b, float[] c, float[] d, int count) {
        float w = number(in.numbers(), 0);
        float x = number(in.numbers(), 1);
        float y = number(in.numbers(), 2);
        float z = number(in.numbers(), 3);
        float v = number(in.numbers(), 4);
        switch (in.loop()) {
            case FILL -> Arrays.fill(target, 0, count, w);
            case ADD -> add(target, a, b, count);
            case SUBTRACT -> subtract(target, a, b, count);
            case MULTIPLY -> multiply(target, a, b, count);
            case DIVIDE -> divide(target, a, b, count);
            case MIN -> min(target, a, b, count);
            case MAX -> max(target, a, b, count);
            case ABS -> abs(target, a, count);
            case SIGN -> sign(target, a, count);
            case ADD_NUMBER -> add(target, a, w, count);
            case SUBTRACT_FROM -> subtract(target, w, a, count);
            case SCALE -> multiply(target, a, w, count);
            case MIN_NUMBER -> min(target, a, w, count);
            case MAX_NUMBER -> max(target, a, w, count);
            case WHERE_EQUAL -> whereEqual(target, a, b, c, d, count);
            case ADD_NUMBERS -> add(target, a, w, x, count);
            case SCALE_ADD -> scaleAdd(target, a, w, x, count);
            case SCALE_ADD_ADD -> scaleAdd(target, a, w, x, y, count);
            case CLAMP -> clamp(target, a, w, x, count);
            case MULTIPLY_ADD -> horner(target, a, b, w, count);
            case HORNER_2 -> horner(target, a, b, w, x, count);
            case HORNER_3 -> horner(target, a, b, w, x, y, count);
            case HORNER_PLUS -> hornerPlus(target, a, b, c, w, x, count);
            case QUADRATIC -> polynomial(target, a, w, x, y, count);
            case CUBIC -> polynomial(target, a, w, x, y, z, count);
            case QUARTIC -> polynomial(target, a, w, x, y, z, v, count);
            case SCALE_PLUS -> scalePlus(target, a, w, b, count);
            case SCALE_MINUS -> scaleMinus(target, a, w, b, count);
            case MINUS_SCALED -> minusScaled(target, b, a, w, count);
            case SCALE_TIMES -> scaleTimes(target, a, w, b, count);
            case PRODUCT_PLUS -> productPlus(target, a, b, c, count);
            case MINUS_PRODUCT -> minusProduct(target, c, a, b, count);
            case PRODUCT_TIMES -> productTimes(target, a, b, c, count);
            case PRODUCT_OVER -> productOver(target, a, b, c, count);
            case SUM_PLUS -> sumPlus(target, a, b, c, count);
            case DIFFERENCE_PLUS -> differencePlus(target, a, b, c, count);
            case DIFFERENCE_PLUS_NUMBER -> differencePlus(target, a, b, c, w, count);
            case DIFFERENCE_MINUS -> differenceMinus(target, a, b, c, count);
            case DIFFERENCE_OVER -> differenceOver(target, a, b, c, count);
            case MINUS_SUM -> minusSum(target, b, a, w, count);
            case MINUS_SUM_OVER -> minusSumOver(target, b, a, w, c, count);
            case OVER_SUM -> overSum(target, b, a, w, count);
            case OVER_DIFFERENCE -> overDifference(target, b, w, a, count);
            case WHERE_LESS -> whereLess(target, a, b, c, d, count);
            default -> throw new IllegalArgumentException(in.loop() + " is no loop on numbers");
        }
    }

    private static float number(double[] numbers, int index) {
        return index < numbers.length ? (float) numbers[index] : 0;
    }

    @Override
    boolean areWithin(Instruction in, int[] a, int count) {
        long[] bits = in.bits();
        return outside(a, (int) bits[0], (int) bits[1], (int) bits[2], (int) bits[3], count) >= 0;
    }

    @Override
    void toWhole(Instruction in, float[] target, int[] a, int count) {
        toWhole(target, a, (int) in.bits()[0], (float) in.numbers()[0], count);
    }

    private static void toWhole(float[] target, int[] a, int shift, float less, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] >>> shift) - less;
        }
    }

    /// A negative number where one of some bits, masked, is not between two bounds.
    ///
    /// @param zero −1 where 0 is within, too, else 0
    private static int outside(int[] bits, int mask, int zero, int least, int most, int count) {
        int outside = 0;
        for (int i = 0; i < count; i++) {
            int masked = bits[i] & mask;
            outside |= (masked - least & ~(masked - 1 & zero)) | (most - masked);
        }
        return outside;
    }

    /// With masks, as the JIT vectorises no choice between numbers. The difference is less than 0 where the first
    /// number is less, and NaN where one is NaN or both are the same infinity.
    private void whereLess(float[] target, float[] a, float[] b, float[] c, float[] d, int count) {
        subtract(differences, a, b, count);
        toBits(chosen, differences, count);
        toBits(then, c, count);
        toBits(otherwise, d, count);
        choose(chosen, then, otherwise, count);
        fromBits(target, chosen, count);
    }

    /// @param chosen the bits of the differences; overwritten
    private static void choose(int[] chosen, int[] then, int[] otherwise, int count) {
        for (int i = 0; i < count; i++) {
            int isNumber = ~(INFINITY - (chosen[i] & Integer.MAX_VALUE));
            int isLess = (chosen[i] & isNumber) >> Integer.SIZE - 1;
            chosen[i] = otherwise[i] ^ ((otherwise[i] ^ then[i]) & isLess);
        }
    }

    private static void bits(int[] target, int[] a, int i, int j, int k, int l, int count) {
        for (int n = 0; n < count; n++) {
            target[n] = ((a[n] + i >>> j) & k) + l;
        }
    }

    private static void shiftLeft(int[] target, int[] a, int by, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] << by;
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

    private static void abs(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.abs(a[i]);
        }
    }

    private static void sign(float[] target, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.signum(a[i]);
        }
    }

    private static void add(float[] target, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] + w;
        }
    }

    private static void subtract(float[] target, float w, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = w - a[i];
        }
    }

    private static void multiply(float[] target, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w;
        }
    }

    private static void min(float[] target, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.min(a[i], w);
        }
    }

    private static void max(float[] target, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(a[i], w);
        }
    }

    private static void whereEqual(float[] target, float[] a, float[] b, float[] c, float[] d, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] == b[i] ? c[i] : d[i];
        }
    }

    private static void add(float[] target, float[] a, float w, float x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + w) + x;
        }
    }

    private static void scaleAdd(float[] target, float[] a, float w, float x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w + x;
        }
    }

    private static void scaleAdd(float[] target, float[] a, float w, float x, float y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w + x) + y;
        }
    }

    private static void clamp(float[] target, float[] a, float w, float x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(Math.min(a[i], w), x);
        }
    }

    private static void horner(float[] target, float[] a, float[] b, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i] + w;
        }
    }

    private static void horner(float[] target, float[] a, float[] b, float w, float x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i] + w) * b[i] + x;
        }
    }

    private static void horner(float[] target, float[] a, float[] b, float w, float x, float y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * b[i] + w) * b[i] + x) * b[i] + y;
        }
    }

    private static void hornerPlus(float[] target, float[] a, float[] b, float[] c, float w, float x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * b[i] + w) * b[i] + x) * b[i] + c[i];
        }
    }

    private static void polynomial(float[] target, float[] a, float w, float x, float y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w + x) * a[i] + y;
        }
    }

    private static void polynomial(float[] target, float[] a, float w, float x, float y, float z, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * w + x) * a[i] + y) * a[i] + z;
        }
    }

    private static void polynomial(float[] target, float[] a, float w, float x, float y, float z, float v, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (((a[i] * w + x) * a[i] + y) * a[i] + z) * a[i] + v;
        }
    }

    private static void scalePlus(float[] target, float[] a, float w, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w + b[i];
        }
    }

    private static void scaleMinus(float[] target, float[] a, float w, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w - b[i];
        }
    }

    private static void minusScaled(float[] target, float[] b, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] - a[i] * w;
        }
    }

    private static void scaleTimes(float[] target, float[] a, float w, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w) * b[i];
        }
    }

    private static void productPlus(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i] + c[i];
        }
    }

    private static void minusProduct(float[] target, float[] c, float[] a, float[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = c[i] - a[i] * b[i];
        }
    }

    private static void productTimes(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i]) * c[i];
        }
    }

    private static void productOver(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i]) / c[i];
        }
    }

    private static void sumPlus(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + b[i]) + c[i];
        }
    }

    private static void differencePlus(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) + c[i];
        }
    }

    private static void differencePlus(float[] target, float[] a, float[] b, float[] c, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] - b[i]) + c[i]) + w;
        }
    }

    private static void differenceMinus(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) - c[i];
        }
    }

    private static void differenceOver(float[] target, float[] a, float[] b, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) / c[i];
        }
    }

    private static void minusSum(float[] target, float[] b, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] - (a[i] + w);
        }
    }

    private static void minusSumOver(float[] target, float[] b, float[] a, float w, float[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (b[i] - (a[i] + w)) / c[i];
        }
    }

    private static void overSum(float[] target, float[] b, float[] a, float w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] / (a[i] + w);
        }
    }

    private static void overDifference(float[] target, float[] b, float w, float[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] / (w - a[i]);
        }
    }
}
