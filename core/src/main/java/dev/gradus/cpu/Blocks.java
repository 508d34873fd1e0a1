package dev.gradus.cpu;

import dev.gradus.program.Op;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;

/// Operations on blocks of elements in one arithmetic type.
///
/// @param <A> the array that holds a block
public abstract class Blocks<A> {
    /// The number of elements of a block.
    public static final int SIZE = Reduction.BLOCK;

    abstract A allocate();

    abstract void fill(A target, int from, int count, double value);

    /// Loads elements of memory, converted.
    ///
    /// @param index the first element in memory
    /// @param from where it goes in the block
    abstract void load(ElementType type, MemorySegment memory, long index, A target, int from, int count);

    /// Stores the first elements of a block, rounded to nearest, ties to even.
    abstract void store(ElementType type, MemorySegment memory, long index, A source, int count);

    /// Stores the first elements of a block, rounded stochastically to 16 or 8 bits. In 8 bits they begin at
    /// a block of codes and end with one, or with the tensor.
    ///
    /// @param key of the random numbers, see [Rounding]
    abstract void store(ElementType type, MemorySegment memory, long index, A source, int count, long key);

    /// Draws numbers of the standard normal distribution for elements from `index` on.
    abstract void draw(long key, long index, A target, int count);

    abstract void widen(A source, double[] target, int count);

    abstract void apply(Op op, A target, A a, A b, A c, int count);

    static short bfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
