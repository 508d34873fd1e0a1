package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Memory that an optimizer cannot work with is refused before anything changes, and once it is replaced all goes on.
class MemoryMisuseTest {
    /// With θ₀ among the states, and events.
    private static final Rule RULE = chain(Rules.lookahead(Rules.adam()), Rules.emaWeights(0.9));

    /// Outside of the heap, of tables of 4 rows of 2 numbers.
    private static final Shape SHAPE = Shape.of(4, 2);

    private static final long BYTES = 4 * 2 * Float.BYTES;

    private final Arena arena = Arena.ofShared();
    private final Parameter a = parameter("a", arena);
    private final Parameter b = parameter("b", arena);
    private final Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(a, b), RULE, 0.1));

    @AfterEach
    void close() {
        optimizer.close();
        arena.close();
    }

    private static MemorySegment memory(Arena in, float first) {
        MemorySegment memory = in.allocate(BYTES, 4);
        for (int i = 0; i < 8; i++) {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, first + i);
        }
        return memory;
    }

    private static Parameter parameter(String name, Arena in) {
        return Parameter.of(name, SHAPE, ElementType.FLOAT32, memory(in, 1)).gradient(memory(in, -3));
    }

    private void refuses(Runnable call, String sentence) {
        Map<String, String> before = Snapshot.of(optimizer);
        assertThatThrownBy(call::run).isInstanceOf(RuntimeException.class).hasMessage(sentence);
        assertThat(Snapshot.of(optimizer)).isEqualTo(before);
    }

    private void refusesStep(String sentence) {
        refuses(optimizer::step, sentence);
    }

    private void goesOn() {
        long completed = optimizer.completed("a");
        optimizer.step();
        assertThat(optimizer.completed("a")).isEqualTo(completed + 1);
    }

    private static MemorySegment freed(long bytes) {
        try (Arena closed = Arena.ofConfined()) {
            return closed.allocate(bytes);
        }
    }

    @Test
    void aGradientThatIsFreedBetweenSteps() {
        goesOn();
        b.gradient(freed(BYTES));
        refusesStep("parameter b: the memory of its gradient has been freed");
        refuses(optimizer::zeroGradients, "parameter b: the memory of its gradient has been freed");
        b.gradient(memory(arena, 1));
        goesOn();
    }

    @Test
    void aGradientThatIsHandedOverFreed() {
        MemorySegment gone = freed(BYTES);
        refuses(() -> optimizer.step(Map.of("b", gone)), "parameter b: the memory of its gradient has been freed");
        a.gradient(memory(arena, 1));
        b.withoutGradient();
        goesOn();
    }

    @Test
    void valuesThatAreFreedBetweenSteps() {
        try (Arena closed = Arena.ofConfined()) {
            Parameter c = parameter("c", closed);
            optimizer.add("all", c);
            goesOn();
            c.gradient(memory(arena, 1));
        }
        String sentence = "parameter c: the memory of its values has been freed";
        refusesStep(sentence);
        refuses(optimizer::evaluate, sentence);
        refuses(() -> optimizer.reset(Mask.named("*")), sentence);
        refuses(() -> optimizer.recapture("emaWeights.average"), sentence);
        optimizer.remove("c");
        goesOn();
    }

    @Test
    void memoryThatBelongsToAnotherThread() throws InterruptedException {
        try (Arena confined = Arena.ofConfined()) {
            b.gradient(memory(confined, 1));
            goesOn();
            List<Throwable> thrown = new ArrayList<>();
            Thread other = new Thread(() -> {
                try {
                    refusesStep("parameter b: the memory of its gradient belongs to another thread");
                    b.gradient(memory(arena, 1));
                    optimizer.step();
                } catch (Throwable e) {
                    thrown.add(e);
                }
            });
            other.start();
            other.join();
            assertThat(thrown).isEmpty();
        }
    }

    @Test
    void aGradientOfRows() {
        MemorySegment row = memory(arena, 1).asSlice(0, 2 * Float.BYTES);
        MemorySegment index = arena.allocate(Long.BYTES, 8);
        b.gradient(new RowGradient(freed(Long.BYTES), row));
        refusesStep("parameter b: the memory of its gradient's indices has been freed");
        b.gradient(new RowGradient(index, freed(2 * Float.BYTES)));
        refusesStep("parameter b: the memory of its gradient has been freed");
        b.gradient(new RowGradient(index, a.values().asSlice(0, 2 * Float.BYTES)));
        refusesStep("parameter b: its gradient is in the memory of the values of a");
        index.set(ValueLayout.JAVA_LONG, 0, 4);
        b.gradient(new RowGradient(index, row));
        refusesStep("parameter b: index 0 of its gradient must be a row in 0 … 3, got 4");
        index.set(ValueLayout.JAVA_LONG, 0, 3);
        b.gradient(new RowGradient(index, row));
    }

    @Test
    void aGradientMayBeReadOnlyAndIsThenNotFilledWithZeros() {
        MemorySegment gradient = memory(arena, 5);
        b.gradient(gradient.asReadOnly());
        refuses(optimizer::zeroGradients, "parameter b: its gradient is read-only and cannot be filled with zeros");
        assertThat(Objects.requireNonNull(a.gradient()).get(ValueLayout.JAVA_FLOAT, 0))
                .isEqualTo(-3);
        goesOn();
        assertThat(optimizer.completed("b")).isEqualTo(1);
        b.gradient(gradient);
        optimizer.zeroGradients();
        assertThat(Objects.requireNonNull(a.gradient()).get(ValueLayout.JAVA_FLOAT, 0))
                .isZero();
    }

    @Test
    void aGradientThatIsInTheMemoryOfValues() {
        b.gradient(b.values());
        refusesStep("parameter b: its gradient is in the memory of the values of b");
        b.gradient(a.values().asReadOnly());
        refusesStep("parameter b: its gradient is in the memory of the values of a");
        b.gradient(Objects.requireNonNull(a.gradient()));
        goesOn();
    }

    @Test
    void aGradientThatReachesIntoValues() {
        // [x][values of c][y]: the gradient of a begins before them, that of b ends after them.
        for (boolean heap : new boolean[] {true, false}) {
            MemorySegment all = heap ? MemorySegment.ofArray(new float[24]) : arena.allocate(3 * BYTES, 4);
            Parameter c = Parameter.of("c", SHAPE, ElementType.FLOAT32, all.asSlice(BYTES, BYTES));
            optimizer.add("all", c);
            String sentence = "parameter b: its gradient is in the memory of the values of c";
            b.gradient(all.asSlice(4, BYTES));
            refusesStep(sentence);
            b.gradient(all.asSlice(2 * BYTES - 4, BYTES).asReadOnly());
            refusesStep(sentence);
            b.gradient(all.asSlice(0, BYTES));
            goesOn();
            b.gradient(all.asSlice(2 * BYTES, BYTES));
            goesOn();
            // It was apart from all values, and is no more.
            optimizer.add("all", Parameter.of("d", SHAPE, ElementType.FLOAT32, all.asSlice(2 * BYTES, BYTES)));
            refusesStep("parameter b: its gradient is in the memory of the values of d");
            optimizer.remove("d");
            goesOn();
            optimizer.remove("c");
        }
    }

    @Test
    void valuesThatOverlapThoseOfAnotherParameter() {
        Parameter c = Parameter.of("c", SHAPE, ElementType.FLOAT32, a.values());
        refuses(
                () -> optimizer.add("all", c),
                "parameters \"a\" and \"c\" share memory: give tied weights once, under one name");
        goesOn();
    }

    @Test
    void valuesThatAreReadOnly() {
        assertThatThrownBy(() ->
                        Parameter.of("c", SHAPE, ElementType.FLOAT32, a.values().asReadOnly()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("parameter c: its values are read-only, an optimizer must write them");
    }
}
