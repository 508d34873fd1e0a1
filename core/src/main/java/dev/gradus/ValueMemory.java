package dev.gradus;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds out which parameter's values are in a piece of memory.
final class ValueMemory {
    /// Outside of the heap, by address.
    private final NavigableMap<Long, Parameter> outside = new TreeMap<>();

    /// On the heap, by array.
    private final Map<Object, List<Parameter>> arrays = new IdentityHashMap<>();

    private final List<Parameter> onHeap = new ArrayList<>();

    /// @param parameters whose values do not overlap
    ValueMemory(Stream<Parameter> parameters) {
        parameters.filter(parameter -> parameter.values().byteSize() > 0).forEach(parameter -> {
            MemorySegment values = parameter.values();
            if (values.isNative()) {
                outside.put(values.address(), parameter);
            } else {
                arrays.computeIfAbsent(values.heapBase().orElseThrow(), array -> new ArrayList<>())
                        .add(parameter);
                onHeap.add(parameter);
            }
        });
    }

    /// A parameter whose values overlap a segment, or null.
    @Nullable
    Parameter in(MemorySegment segment) {
        if (segment.isNative()) {
            // Of the values that begin before the segment's end, those that begin last.
            Map.Entry<Long, Parameter> last = outside.lowerEntry(segment.address() + segment.byteSize());
            return last == null ? null : firstIn(segment, List.of(last.getValue()));
        }
        // A read-only segment does not tell its array.
        return firstIn(
                segment,
                segment.heapBase()
                        .map(array -> arrays.getOrDefault(array, List.of()))
                        .orElse(onHeap));
    }

    private static @Nullable Parameter firstIn(MemorySegment segment, List<Parameter> parameters) {
        for (Parameter parameter : parameters) {
            if (parameter.values().asOverlappingSlice(segment).isPresent()) {
                return parameter;
            }
        }
        return null;
    }
}
