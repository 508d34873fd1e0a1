package dev.gradus.checkpoint;

import dev.gradus.StateView;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;

/// Conversions that change no value.
final class Widening {
    private Widening() {}

    /// Whether every value of a type is one of another, which is float32 or float64, or the type itself.
    static boolean isExact(ElementType from, ElementType to) {
        return from == to || to == ElementType.FLOAT64 || to == ElementType.FLOAT32 && from != ElementType.FLOAT64;
    }

    /// The values in another type, under another name.
    ///
    /// @param to one for which the conversion [is exact][#isExact]
    static StateView widened(StateView view, String name, ElementType to, SegmentAllocator allocator) {
        if (view.type() == to) {
            return new StateView(name, view.shape(), to, view.role(), view.values());
        }
        long elements = view.shape().elements();
        MemorySegment values =
                allocator.allocate(Math.max(1, to.bytes(elements)), Long.BYTES).asSlice(0, to.bytes(elements));
        for (long i = 0; i < elements; i++) {
            double value = view.type().read(view.values(), i);
            if (to == ElementType.FLOAT64) {
                values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
            } else {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
            }
        }
        return new StateView(name, view.shape(), to, view.role(), values.asReadOnly());
    }
}
