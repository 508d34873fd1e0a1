package dev.gradus.numeric;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/// States in 8 bits: blocks of 256 codes, each block followed by its base, a float32. The last block is
/// full, too.
///
/// A code is the upper part of a float32, counted from the base z: code c stands for the float whose bits
/// are z's plus c·2²⁰, so that three bits of the fraction are kept, and the next code but seven is twice as
/// large. z lies so far below the largest magnitude of the block that the last code is the next one above it.
///
/// * **Signed**: a sign and 7 bits. Code c is f(c) − z, so that 0 is exact and the least magnitude is z/8:
///   2⁻¹⁹ of the largest, beginning with eight equal steps and doubling them every eight codes.
/// * **Not negative**: 8 bits. Code c is f(c), from z, which is 2⁻³² of the largest, with at most one part
///   in eight between neighbours. What is less than z is stored as z and never as 0, for a second moment
///   that is 0 where the first is not makes a step of any size. In a block of nothing but zeros z is 0, and
///   so are its codes.
///
/// A block with a value that is not finite has a NaN for z, and all its values are NaN: a NaN in a gradient
/// is seen, though not where it was. Values are rounded stochastically between codes, so that the expected
/// value of what is stored is what was to be stored; z is at least 2⁻¹⁰⁰, so that no subnormal number is
/// ever stored.
public final class EightBit {
    public static final int BLOCK_BITS = 8;

    /// The number of elements of a block.
    public static final int BLOCK = 1 << BLOCK_BITS;

    /// The number of bytes of a block: the codes and the base.
    static final int BLOCK_BYTES = BLOCK + Float.BYTES;

    /// Bits of a float32 that a code does not have.
    public static final int DROPPED = 20;

    public static final int MAGNITUDE = 0x7fffffff;
    public static final int SIGN = 0x80000000;
    public static final int INFINITY = 0x7f800000;

    /// The bits of the base of a block that is not finite. They are the largest number, so that
    /// [#encodeNonNegative] gives 0 for whatever it meets, and code 0 is this NaN.
    public static final int NOT_FINITE = 0x7fffffff;

    /// The bits of the least base, 2⁻¹⁰⁰.
    public static final int LEAST = 0x0d800000;

    public static final int SIGNED_MAX = 127;
    public static final int NON_NEGATIVE_MAX = 255;

    /// By how many of its last places the largest magnitude may grow when the base is added, which is less
    /// than 2⁻¹⁵ of it.
    public static final int SLACK = 0x200;

    private EightBit() {}

    /// The bits of the base for signed values.
    ///
    /// @param max the bits of the largest magnitude
    static int signedBase(int max) {
        return max >= INFINITY ? NOT_FINITE : base(max + SLACK, SIGNED_MAX);
    }

    /// The bits of the base for values that are not negative.
    ///
    /// @param max the bits of the largest value
    static int nonNegativeBase(int max) {
        if (max >= INFINITY) {
            return NOT_FINITE;
        }
        return max == 0 ? 0 : base(max, NON_NEGATIVE_MAX);
    }

    private static int base(int max, int codes) {
        int last = max + (1 << DROPPED) - 1 >> DROPPED << DROPPED;
        return Math.max(last - (codes << DROPPED), LEAST);
    }

    /// Loads and stores stretches of elements, stage by stage so that each loop vectorises.
    public static final class Coder {
        private final byte[] codes = new byte[BLOCK];
        private final int[] bits = new int[BLOCK];
        private final int[] random = new int[BLOCK];

        /// Decodes elements.
        ///
        /// @param index the first element in memory
        /// @param from where it goes
        public void load(MemorySegment memory, ElementType type, long index, float[] target, int from, int count) {
            int done = 0;
            while (done < count) {
                long position = index + done;
                int j = (int) (position % BLOCK);
                int length = Math.min(BLOCK - j, count - done);
                long block = position / BLOCK * BLOCK_BYTES;
                MemorySegment.copy(memory, JAVA_BYTE, block + j, codes, 0, length);
                int base = memory.get(JAVA_INT_UNALIGNED, block + BLOCK);
                if (type == ElementType.SIGNED_8BIT) {
                    decodeSigned(codes, base, bits, target, from + done, length);
                } else {
                    decodeNonNegative(codes, base, target, from + done, length);
                }
                done += length;
            }
        }

        /// Encodes elements from the beginning of a block to the end of a block or of the state.
        ///
        /// @param index the first element in memory, a multiple of the block
        /// @param key of the random numbers, see [Rounding]
        public void store(MemorySegment memory, ElementType type, long index, float[] source, int count, long key) {
            boolean isSigned = type == ElementType.SIGNED_8BIT;
            for (int done = 0; done < count; done += BLOCK) {
                int length = Math.min(BLOCK, count - done);
                long block = (index + done) / BLOCK * BLOCK_BYTES;
                Rounding.draw(key, index + done, random, length);
                toBits(source, done, bits, length);
                int max = max(bits, length);
                int base = isSigned ? signedBase(max) : nonNegativeBase(max);
                if (isSigned) {
                    encodeSigned(source, done, base, bits, random, codes, length);
                } else {
                    encodeNonNegative(base, bits, random, codes, length);
                }
                for (int i = length; i < BLOCK; i++) {
                    codes[i] = 0;
                }
                MemorySegment.copy(codes, 0, memory, JAVA_BYTE, block, BLOCK);
                memory.set(JAVA_INT_UNALIGNED, block + BLOCK, base);
            }
        }
    }

    private static void decodeSigned(byte[] codes, int base, int[] bits, float[] target, int from, int count) {
        for (int i = 0; i < count; i++) {
            bits[i] = ((codes[i] & 0x7f) << DROPPED) + base;
        }
        float zero = Float.intBitsToFloat(base);
        for (int i = 0; i < count; i++) {
            target[from + i] = Float.intBitsToFloat(bits[i]);
        }
        for (int i = 0; i < count; i++) {
            target[from + i] -= zero;
        }
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToRawIntBits(target[from + i]);
        }
        for (int i = 0; i < count; i++) {
            bits[i] |= codes[i] & SIGN;
        }
        for (int i = 0; i < count; i++) {
            target[from + i] = Float.intBitsToFloat(bits[i]);
        }
    }

    private static void decodeNonNegative(byte[] codes, int base, float[] target, int from, int count) {
        for (int i = 0; i < count; i++) {
            target[from + i] = Float.intBitsToFloat(((codes[i] & 0xff) << DROPPED) + base);
        }
    }

    private static void toBits(float[] source, int from, int[] bits, int count) {
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToRawIntBits(source[from + i]);
        }
    }

    private static int max(int[] bits, int count) {
        int max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, bits[i] & MAGNITUDE);
        }
        return max;
    }

    /// @param bits those of the values; overwritten
    private static void encodeSigned(
            float[] source, int from, int base, int[] bits, int[] random, byte[] codes, int count) {
        for (int i = 0; i < count; i++) {
            codes[i] = (byte) (bits[i] >>> 24 & 0x80);
        }
        float zero = Float.intBitsToFloat(base);
        for (int i = 0; i < count; i++) {
            bits[i] = Float.floatToRawIntBits(Math.abs(source[from + i]) + zero);
        }
        for (int i = 0; i < count; i++) {
            bits[i] = bits[i] - base + (random[i] >>> Integer.SIZE - DROPPED) >>> DROPPED;
        }
        for (int i = 0; i < count; i++) {
            codes[i] |= (byte) bits[i];
        }
    }

    /// @param bits those of the values; overwritten
    private static void encodeNonNegative(int base, int[] bits, int[] random, byte[] codes, int count) {
        for (int i = 0; i < count; i++) {
            bits[i] = Math.max(bits[i], base) - base + (random[i] >>> Integer.SIZE - DROPPED) >>> DROPPED;
        }
        for (int i = 0; i < count; i++) {
            codes[i] = (byte) bits[i];
        }
    }
}
