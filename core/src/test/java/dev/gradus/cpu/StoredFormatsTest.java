package dev.gradus.cpu;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.cpu.ParameterBench.Formats;
import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.expr.Expr;
import dev.gradus.program.RandomRules;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Kernels load and store narrow elements as the interpreter does, to the bit.
class StoredFormatsTest {
    private static final KernelCache KERNELS = new KernelCache(null);

    private static final List<Formats> FORMATS = List.of(
            new Formats(ElementType.FLOAT32, ElementType.FLOAT32, ElementType.BFLOAT16, false),
            new Formats(ElementType.FLOAT32, ElementType.FLOAT32, ElementType.SIGNED_8BIT, false),
            new Formats(ElementType.BFLOAT16, ElementType.BFLOAT16, ElementType.SIGNED_8BIT, true),
            new Formats(ElementType.FLOAT16, ElementType.FLOAT16, ElementType.FLOAT32, true),
            new Formats(ElementType.BFLOAT16, ElementType.FLOAT32, ElementType.BFLOAT16, false),
            new Formats(ElementType.FLOAT16, ElementType.FLOAT16, ElementType.SIGNED_8BIT, false));

    private static final List<Shape> SHAPES = Stream.of(
                    new long[] {0},
                    new long[] {1},
                    new long[] {17},
                    new long[] {255},
                    new long[] {256},
                    new long[] {1040},
                    new long[] {3000},
                    new long[] {40, 64},
                    new long[] {3, 1552},
                    new long[] {3, 1100},
                    new long[] {8, 4, 3, 3})
            .map(Shape::of)
            .toList();

    @BeforeAll
    static void thereIsAVectorApi() {
        assumeThat(VectorApi.bits()).isPresent();
    }

    static Stream<Rules.Entry> rules() {
        return Rules.all().stream();
    }

    @ParameterizedTest
    @MethodSource("rules")
    void everyRuleGivesTheInterpretersBitsInEveryFormat(Rules.Entry entry) {
        List<TaskRun> compiled = SHAPES.stream()
                .map(shape -> new TaskRun(entry.rule(), shape, true))
                .toList();
        int turn = 0;
        for (Formats formats : FORMATS) {
            for (TaskRun each : compiled) {
                requireSameBits(entry.rule(), each, formats, 128 << turn++ % 3);
            }
        }
    }

    @Test
    void randomChainsGiveTheInterpretersBits() {
        Random random = new Random(4);
        for (int i = 0; i < 120; i++) {
            Rule rule = i % 3 == 0 ? RandomRules.wrapped(random) : RandomRules.next(random);
            Shape shape = i % 2 == 0 ? Shape.of(9, 5, 3, 3) : Shape.of(11, 130);
            requireSameBits(rule, shape, FORMATS.get(i % FORMATS.size()), 128 << i % 3);
        }
    }

    /// Numbers of all sizes pass through the codes, and what is not finite.
    @Test
    void everyValueGivesTheInterpretersBits() {
        Direction powers = s -> {
            Expr g = s.direction();
            Expr steep = g.times(g).times(g).times(g).times(s.hyper("scale", 1e-20));
            Expr m = s.state("m").becomes(old -> g.minus(1).times(steep));
            Expr all = s.state("all").becomes(old -> g.minus(0.5).div(s.theta().times(s.theta())));
            Expr w = s.state("n").becomes(old -> old.times(steep).div(g));
            return m.plus(all).plus(w);
        };
        for (Formats formats : FORMATS) {
            for (int bits : new int[] {128, 256, 512}) {
                requireSameBits(powers, Shape.of(5000), formats, bits);
            }
        }
    }

    private static void requireSameBits(Rule rule, Shape shape, Formats formats, int bits) {
        requireSameBits(rule, new TaskRun(rule, shape, true), formats, bits);
    }

    private static void requireSameBits(Rule rule, TaskRun compiled, Formats formats, int bits) {
        ParameterBench.requireSame(
                rule + " on " + formats + " " + compiled.trace.shape() + ", " + bits + " bits",
                run(compiled, formats, null),
                run(compiled, formats, new KernelUse(KERNELS, bits, true)));
    }

    private static Map<String, double[]> run(TaskRun compiled, Formats formats, @Nullable KernelUse kernels) {
        try (Arena arena = Arena.ofShared()) {
            return compiled.run(new ParameterBench("w", compiled.trace, formats, arena), kernels, 5);
        }
    }
}
