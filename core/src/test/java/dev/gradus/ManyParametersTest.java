package dev.gradus;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Optimizers of thousands of parameters, whose values are pieces of one array.
class ManyParametersTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int FEW = 1_000;
    private static final int TIMES = 16;
    private static final int BYTES = 4 * Float.BYTES;
    private static final Rule RULE = chain(
            Rules.clipByGlobalNorm(1),
            Rules.adam(),
            Rules.decayWeights(0.1).onlyFor(Mask.named("*.bias").not()));

    private static Parameter piece(String name, MemorySegment all, long from) {
        return Parameter.of(name, Shape.of(4), ElementType.FLOAT32, all.asSlice(from, BYTES));
    }

    private static List<Parameter> pieces(int count) {
        MemorySegment all = MemorySegment.ofArray(new float[4 * count]);
        List<Parameter> pieces = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            pieces.add(piece("p" + i + (i % 2 == 0 ? ".bias" : ".weight"), all, (long) i * BYTES));
        }
        return pieces;
    }

    /// The least time of three that the thread has worked, which other programs on the machine do not add to.
    private static double seconds(int count, boolean oneByOne) {
        double best = Double.POSITIVE_INFINITY;
        for (int attempt = 0; attempt < 3; attempt++) {
            List<Parameter> pieces = pieces(count);
            int first = oneByOne ? 1 : count;
            long start = THREADS.getCurrentThreadCpuTime();
            try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", pieces.subList(0, first), RULE, 0.1))) {
                pieces.subList(first, count).forEach(piece -> optimizer.add("all", piece));
                best = Math.min(best, (THREADS.getCurrentThreadCpuTime() - start) / 1e9);
            }
        }
        return best;
    }

    /// As long in proportion is 16 times as long; comparing each parameter with each takes 256 times as long.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void addingManyParametersTakesInProportionAsLong(boolean oneByOne) {
        assertThat(seconds(TIMES * FEW, oneByOne)).isLessThan(4 * TIMES * seconds(FEW, oneByOne));
    }

    @Test
    void valuesThatOverlapAreFoundAmongPiecesOfAnArray() {
        List<Parameter> pieces = new ArrayList<>(pieces(100));
        MemorySegment all = MemorySegment.ofArray(new float[400]);
        List<Parameter> others = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            others.add(piece("q" + i, all, (long) i * BYTES));
        }
        Collections.shuffle(pieces, new Random(1));
        Collections.shuffle(others, new Random(2));
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("p", pieces, RULE, 0.1))) {
            optimizer.add(new ParameterGroup("q", others, RULE, 0.1));
            Parameter across = piece("across", all, 7 * BYTES + BYTES / 2);
            assertThatThrownBy(() -> optimizer.add("q", across))
                    .hasMessage(
                            "parameters \"q8\" and \"across\" share memory: give tied weights once, under one name");
            optimizer.remove("q8");
            assertThatThrownBy(() -> optimizer.add("q", across))
                    .hasMessage(
                            "parameters \"q7\" and \"across\" share memory: give tied weights once, under one name");
            optimizer.remove("q7");
            optimizer.add("q", across);
            optimizer.removeGroup("q");
            optimizer.add(new ParameterGroup("q", others, RULE, 0.1));
            assertThat(optimizer.groups().getLast().parameters()).isEqualTo(others);
        }
    }

    @Test
    void aGradientInTheMemoryOfValuesIsFoundAlsoWhereItIsReadOnly() {
        List<Parameter> pieces = pieces(50);
        Parameter first = pieces.getFirst();
        Parameter last = pieces.getLast();
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("p", pieces, RULE, 0.1))) {
            first.gradient(last.values().asReadOnly());
            assertThatThrownBy(optimizer::step)
                    .hasMessage("parameter p0.bias: its gradient is in the memory of the values of p49.weight");
            optimizer.remove(last.name());
            optimizer.step();
            assertThat(optimizer.completed()).isOne();
            optimizer.add("p", last);
            assertThatThrownBy(optimizer::step).hasMessageContaining("is in the memory of the values of p49.weight");
        }
    }
}
