package dev.gradus.checkpoint;

import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// A named tensor of a file, or one that is to be written.
///
/// @param data its elements, row by row, little-endian
public record Tensor(String name, DataType type, Shape shape, MemorySegment data) {

    /// @throws CheckpointException if the data has not the size of the shape's elements
    public Tensor {
        if (data.byteSize() != bytes(name, type, shape)) {
            throw new CheckpointException("tensor \"" + name + "\" of shape " + shape + " must have "
                    + bytes(name, type, shape) + " bytes of " + type + ", got " + data.byteSize());
        }
    }

    /// A single number of 64 bits.
    static Tensor count(String name, long number) {
        byte[] bytes = new byte[Long.BYTES];
        MemorySegment.ofArray(bytes).set(LittleEndian.LONG, 0, number);
        return new Tensor(name, DataType.I64, Shape.of(), MemorySegment.ofArray(bytes));
    }

    /// A single float64.
    static Tensor number(String name, double number) {
        byte[] bytes = new byte[Double.BYTES];
        MemorySegment.ofArray(bytes).set(LittleEndian.LONG, 0, Double.doubleToRawLongBits(number));
        return new Tensor(name, DataType.F64, Shape.of(), MemorySegment.ofArray(bytes));
    }

    /// One element as a number.
    ///
    /// @throws CheckpointException if elements of this type cannot be read as numbers
    public double get(long index) {
        return type.read(data, index);
    }

    static long bytes(String name, DataType type, Shape shape) {
        try {
            return Math.multiplyExact(shape.elements(), (long) type.bytes());
        } catch (ArithmeticException overflow) {
            throw new CheckpointException(
                    "tensor \"" + name + "\" of shape " + shape + " has more bytes than a file can have");
        }
    }
}
