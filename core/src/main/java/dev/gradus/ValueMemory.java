package dev.gradus;

import java.lang.foreign.MemorySegment;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The memory of all parameters' values, which do not overlap: finds the parameter that a piece of memory
/// belongs to.
final class ValueMemory {
    /// Outside of the heap, by address.
    private final NavigableMap<Long, Parameter> outside = new TreeMap<>();

    /// On the heap, by array and by place in it.
    private final Map<Object, NavigableMap<Long, Parameter>> arrays = new IdentityHashMap<>();

    private long version;

    /// Adds the values of a parameter, which must not [overlap][#in] others.
    void add(Parameter parameter) {
        version++;
        MemorySegment values = parameter.values();
        if (values.byteSize() > 0) {
            inSameMemory(values).put(values.address(), parameter);
        }
    }

    void remove(Parameter parameter) {
        version++;
        MemorySegment values = parameter.values();
        if (values.byteSize() > 0) {
            NavigableMap<Long, Parameter> same = inSameMemory(values);
            same.remove(values.address(), parameter);
            if (same.isEmpty()) {
                values.heapBase().ifPresent(arrays::remove);
            }
        }
    }

    private NavigableMap<Long, Parameter> inSameMemory(MemorySegment values) {
        return values.isNative()
                ? outside
                : arrays.computeIfAbsent(values.heapBase().orElseThrow(), array -> new TreeMap<>());
    }

    /// Changes with every parameter that is added or removed.
    long version() {
        return version;
    }

    /// A parameter whose values overlap a segment, or null.
    @Nullable
    Parameter in(MemorySegment segment) {
        if (segment.isNative()) {
            return in(segment, outside);
        }
        Object array = segment.heapBase().orElse(null);
        if (array != null) {
            NavigableMap<Long, Parameter> same = arrays.get(array);
            return same == null ? null : in(segment, same);
        }
        // A read-only segment does not tell its array, only whether it is the same as another's.
        for (NavigableMap<Long, Parameter> each : arrays.values()) {
            Parameter found = in(segment, each);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /// Only the last parameter that begins before the segment's end can overlap it, as parameters do not overlap.
    private static @Nullable Parameter in(MemorySegment segment, NavigableMap<Long, Parameter> values) {
        Map.Entry<Long, Parameter> last = values.lowerEntry(segment.address() + segment.byteSize());
        return last != null
                        && last.getValue().values().asOverlappingSlice(segment).isPresent()
                ? last.getValue()
                : null;
    }
}
