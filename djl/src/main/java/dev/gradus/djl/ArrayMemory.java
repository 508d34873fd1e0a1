package dev.gradus.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.SparseFormat;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// The memory that DJL's arrays live in, which DJL has no single call for: it returns a copy, without a sign, of an
/// array that has no plain memory on the CPU, and ends the JVM for some types.
final class ArrayMemory {
    private ArrayMemory() {}

    /// A view of all elements in row-major order. It is valid until the array is closed or given other memory.
    ///
    /// @param what names the array in errors
    /// @throws IllegalArgumentException if the array's memory cannot be reached without copying
    static MemorySegment of(String what, NDArray array) {
        requireReachable(what, array);
        MemorySegment memory = view(array);
        if (memory.address() != view(array).address()) {
            throw new IllegalArgumentException(what + " is not contiguous in memory, and DJL gives a copy of it: a "
                    + "parameter must be an array of its own, not a transposed or strided view of another");
        }
        return memory;
    }

    /// The array's memory or a copy of it.
    static MemorySegment view(NDArray array) {
        return MemorySegment.ofBuffer(array.toByteBuffer(true));
    }

    static ElementType type(String what, NDArray array) {
        return switch (array.getDataType()) {
            case FLOAT32 -> ElementType.FLOAT32;
            case FLOAT64 -> ElementType.FLOAT64;
            case FLOAT16 -> ElementType.FLOAT16;
            default ->
                throw new IllegalArgumentException(
                        what + " must be FLOAT32, FLOAT64 or FLOAT16 to be trained here, got " + array.getDataType());
        };
    }

    static Shape shape(NDArray array) {
        return Shape.of(array.getShape().getShape());
    }

    /// Refuses what DJL's own call would copy, crash on, or describe in its own terms.
    static void requireReachable(String what, NDArray array) {
        Device device = array.getDevice();
        if (!device.equals(Device.cpu())) {
            throw new IllegalArgumentException(what + " is on " + device + ", but Gradus updates arrays in the CPU's "
                    + "memory: train with optDevices(new Device[] {Device.cpu()}) and a model on Device.cpu()");
        }
        if (array.getSparseFormat() != SparseFormat.DENSE) {
            throw new IllegalArgumentException(
                    what + " is sparse (" + array.getSparseFormat() + "): only dense arrays are supported");
        }
        DataType type = array.getDataType();
        type(what, array);
        long bytes = Math.multiplyExact(array.size(), (long) type.getNumOfBytes());
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(what + " " + array.getShape() + " has " + bytes
                    + " bytes: DJL gives access to the memory of arrays of less than 2 GiB only");
        }
    }
}
