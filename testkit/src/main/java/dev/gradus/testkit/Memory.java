package dev.gradus.testkit;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Kinds of memory that a tensor may lie in.
enum Memory {
    HEAP {
        @Override
        MemorySegment bytes(ElementType type, long elements) {
            int length = Math.toIntExact(elements);
            return switch (type) {
                case FLOAT32 -> MemorySegment.ofArray(new float[length]);
                case FLOAT64 -> MemorySegment.ofArray(new double[length]);
                case FLOAT16, BFLOAT16 -> MemorySegment.ofArray(new short[length]);
                case SIGNED_8BIT, NON_NEGATIVE_8BIT -> throw new IllegalArgumentException(ONLY_STATES + type);
            };
        }
    },
    NATIVE {
        @Override
        MemorySegment bytes(ElementType type, long elements) {
            return Arena.ofAuto()
                    .allocate(Math.max(1, elements * type.bytes()), 64)
                    .asSlice(0, elements * type.bytes());
        }
    },
    /// Native, at an odd address.
    UNALIGNED {
        @Override
        MemorySegment bytes(ElementType type, long elements) {
            return Arena.ofAuto().allocate(elements * type.bytes() + 1, 64).asSlice(1, elements * type.bytes());
        }
    };

    private static final String ONLY_STATES = "only states are stored as ";

    abstract MemorySegment bytes(ElementType type, long elements);

    Tensor allocate(ElementType type, long elements) {
        return new Tensor(type, elements, bytes(type, elements));
    }

    /// Elements of one type in memory.
    record Tensor(ElementType type, long elements, MemorySegment segment) {
        void set(long index, double value) {
            switch (type) {
                case FLOAT32 -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * 4, (float) value);
                case FLOAT64 -> segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * 8, value);
                case FLOAT16 ->
                    segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, Float.floatToFloat16((float) value));
                case BFLOAT16 ->
                    segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, index * 2, (short)
                            (Float.floatToRawIntBits((float) value) >>> 16));
                case SIGNED_8BIT, NON_NEGATIVE_8BIT -> throw new IllegalArgumentException(ONLY_STATES + type);
            }
        }

        double[] toArray() {
            double[] array = new double[Math.toIntExact(elements)];
            for (int i = 0; i < array.length; i++) {
                array[i] = type.read(segment, i);
            }
            return array;
        }
    }
}
