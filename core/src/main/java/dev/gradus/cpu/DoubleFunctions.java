package dev.gradus.cpu;

import dev.gradus.cpu.LoopCode.Instruction;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The loops of functions in double arithmetic; [FloatFunctions] has the same in float.
///
/// Numbers become their bits, and bits numbers, by copying memory: the JIT vectorises no loop with a change between
/// the two.
final class DoubleFunctions extends BlockFunctions<double[], long[]> {
    private static final long INFINITY = 0x7ff0000000000000L;

    private final double[] differences = new double[Blocks.SIZE];
    private final long[] chosen = new long[Blocks.SIZE];
    private final long[] then = new long[Blocks.SIZE];
    private final long[] otherwise = new long[Blocks.SIZE];

    DoubleFunctions() {
        super(false);
    }

    @Override
    double[] allocateNumbers() {
        return new double[Blocks.SIZE];
    }

    @Override
    long[] allocateBits() {
        return new long[Blocks.SIZE];
    }

    @Override
    void toBits(long[] target, double[] a, int count) {
        long bytes = (long) count * Double.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(target), 0, bytes);
    }

    @Override
    void fromBits(double[] target, long[] a, int count) {
        long bytes = (long) count * Double.BYTES;
        MemorySegment.copy(MemorySegment.ofArray(a), 0, MemorySegment.ofArray(target), 0, bytes);
    }

    @Override
    void onBits(Instruction in, long[] target, long[] a, int count) {
        long i = in.bits()[0];
        switch (in.loop()) {
            case BITS -> {
                int j = (int) in.bits()[1];
                long k = in.bits()[2];
                long l = in.bits()[3];
                bits(target, a, i, j, k, l, count);
            }
            case SHIFT_LEFT -> shiftLeft(target, a, (int) i, count);
            default -> throw new IllegalArgumentException(in.loop() + " is no loop on bits");
        }
    }

    @Override
    void onNumbers(Instruction in, double[] target, double[] a, double[] b, double[] c, double[] d, int count) {
        double w = number(in.numbers(), 0);
        double x = number(in.numbers(), 1);
        double y = number(in.numbers(), 2);
        double z = number(in.numbers(), 3);
        double v = number(in.numbers(), 4);
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

    private static double number(double[] numbers, int index) {
        return index < numbers.length ? numbers[index] : 0;
    }

    @Override
    boolean areWithin(Instruction in, long[] a, int count) {
        long[] bits = in.bits();
        return outside(a, bits[0], bits[1], bits[2], bits[3], count) >= 0;
    }

    @Override
    void toWhole(Instruction in, double[] target, long[] a, int count) {
        toWhole(target, a, (int) in.bits()[0], in.numbers()[0], count);
    }

    private static void toWhole(double[] target, long[] a, int shift, double less, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] >>> shift) - less;
        }
    }

    /// A negative number where one of some bits, masked, is not between two bounds.
    ///
    /// @param zero −1 where 0 is within, too, else 0
    private static long outside(long[] bits, long mask, long zero, long least, long most, int count) {
        long outside = 0;
        for (int i = 0; i < count; i++) {
            long masked = bits[i] & mask;
            outside |= (masked - least & ~(masked - 1 & zero)) | (most - masked);
        }
        return outside;
    }

    /// With masks, as the JIT vectorises no choice between numbers. The difference is less than 0 where the first
    /// number is less, and NaN where one is NaN or both are the same infinity.
    private void whereLess(double[] target, double[] a, double[] b, double[] c, double[] d, int count) {
        subtract(differences, a, b, count);
        toBits(chosen, differences, count);
        toBits(then, c, count);
        toBits(otherwise, d, count);
        choose(chosen, then, otherwise, count);
        fromBits(target, chosen, count);
    }

    /// @param chosen the bits of the differences; overwritten
    private static void choose(long[] chosen, long[] then, long[] otherwise, int count) {
        for (int i = 0; i < count; i++) {
            long isNumber = ~(INFINITY - (chosen[i] & Long.MAX_VALUE));
            long isLess = (chosen[i] & isNumber) >> Long.SIZE - 1;
            chosen[i] = otherwise[i] ^ ((otherwise[i] ^ then[i]) & isLess);
        }
    }

    private static void bits(long[] target, long[] a, long i, int j, long k, long l, int count) {
        for (int n = 0; n < count; n++) {
            target[n] = ((a[n] + i >>> j) & k) + l;
        }
    }

    private static void shiftLeft(long[] target, long[] a, int by, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] << by;
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

    private static void abs(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.abs(a[i]);
        }
    }

    private static void sign(double[] target, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.signum(a[i]);
        }
    }

    private static void add(double[] target, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] + w;
        }
    }

    private static void subtract(double[] target, double w, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = w - a[i];
        }
    }

    private static void multiply(double[] target, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w;
        }
    }

    private static void min(double[] target, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.min(a[i], w);
        }
    }

    private static void max(double[] target, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(a[i], w);
        }
    }

    private static void whereEqual(double[] target, double[] a, double[] b, double[] c, double[] d, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] == b[i] ? c[i] : d[i];
        }
    }

    private static void add(double[] target, double[] a, double w, double x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + w) + x;
        }
    }

    private static void scaleAdd(double[] target, double[] a, double w, double x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w + x;
        }
    }

    private static void scaleAdd(double[] target, double[] a, double w, double x, double y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w + x) + y;
        }
    }

    private static void clamp(double[] target, double[] a, double w, double x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = Math.max(Math.min(a[i], w), x);
        }
    }

    private static void horner(double[] target, double[] a, double[] b, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i] + w;
        }
    }

    private static void horner(double[] target, double[] a, double[] b, double w, double x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i] + w) * b[i] + x;
        }
    }

    private static void horner(double[] target, double[] a, double[] b, double w, double x, double y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * b[i] + w) * b[i] + x) * b[i] + y;
        }
    }

    private static void hornerPlus(double[] target, double[] a, double[] b, double[] c, double w, double x, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * b[i] + w) * b[i] + x) * b[i] + c[i];
        }
    }

    private static void polynomial(double[] target, double[] a, double w, double x, double y, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w + x) * a[i] + y;
        }
    }

    private static void polynomial(double[] target, double[] a, double w, double x, double y, double z, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] * w + x) * a[i] + y) * a[i] + z;
        }
    }

    private static void polynomial(
            double[] target, double[] a, double w, double x, double y, double z, double v, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (((a[i] * w + x) * a[i] + y) * a[i] + z) * a[i] + v;
        }
    }

    private static void scalePlus(double[] target, double[] a, double w, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w + b[i];
        }
    }

    private static void scaleMinus(double[] target, double[] a, double w, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * w - b[i];
        }
    }

    private static void minusScaled(double[] target, double[] b, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] - a[i] * w;
        }
    }

    private static void scaleTimes(double[] target, double[] a, double w, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * w) * b[i];
        }
    }

    private static void productPlus(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = a[i] * b[i] + c[i];
        }
    }

    private static void minusProduct(double[] target, double[] c, double[] a, double[] b, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = c[i] - a[i] * b[i];
        }
    }

    private static void productTimes(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i]) * c[i];
        }
    }

    private static void productOver(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] * b[i]) / c[i];
        }
    }

    private static void sumPlus(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] + b[i]) + c[i];
        }
    }

    private static void differencePlus(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) + c[i];
        }
    }

    private static void differencePlus(double[] target, double[] a, double[] b, double[] c, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = ((a[i] - b[i]) + c[i]) + w;
        }
    }

    private static void differenceMinus(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) - c[i];
        }
    }

    private static void differenceOver(double[] target, double[] a, double[] b, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (a[i] - b[i]) / c[i];
        }
    }

    private static void minusSum(double[] target, double[] b, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] - (a[i] + w);
        }
    }

    private static void minusSumOver(double[] target, double[] b, double[] a, double w, double[] c, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = (b[i] - (a[i] + w)) / c[i];
        }
    }

    private static void overSum(double[] target, double[] b, double[] a, double w, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] / (a[i] + w);
        }
    }

    private static void overDifference(double[] target, double[] b, double w, double[] a, int count) {
        for (int i = 0; i < count; i++) {
            target[i] = b[i] / (w - a[i]);
        }
    }
}
