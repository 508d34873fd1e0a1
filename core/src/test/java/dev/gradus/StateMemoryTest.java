package dev.gradus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Where states lie.
final class StateMemoryTest {
    private static final int LARGE = 1 << 20;

    @Test
    void largeTensorsBeginAtDifferentPartsOfAPage() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(LARGE * 4L + 1000, 64).asSlice(1000);
            try (StateMemory memory = new StateMemory(values, 2)) {
                List<MemorySegment> all = List.of(
                        values,
                        memory.allocate(LARGE, ElementType.FLOAT32),
                        memory.allocate(LARGE, ElementType.FLOAT32));
                for (MemorySegment a : all) {
                    for (MemorySegment b : all) {
                        long apart = Math.floorMod(a.address() - b.address(), 4096L);
                        assertTrue(a.equals(b) || apart > 1250 && apart < 4096 - 1250, "apart by " + apart);
                    }
                }
            }
        }
    }

    @Test
    void tensorsOfAnySizeAreAlignedAndZero() {
        try (StateMemory memory = new StateMemory(MemorySegment.ofArray(new float[LARGE]), 3)) {
            for (int elements : new int[] {0, 1, 1000, 1 << 16, LARGE + 3}) {
                MemorySegment state = memory.allocate(elements, ElementType.FLOAT32);
                assertEquals(elements * 4L, state.byteSize());
                assertEquals(0, state.address() % 64);
                for (int i = 0; i < elements; i++) {
                    assertEquals(0, state.getAtIndex(ValueLayout.JAVA_FLOAT, i));
                }
            }
        }
    }
}
