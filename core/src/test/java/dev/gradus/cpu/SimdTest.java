package dev.gradus.cpu;

import static dev.gradus.expr.Formulas.cbrt;
import static dev.gradus.expr.Formulas.log;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.min;
import static dev.gradus.expr.Formulas.rowMean;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.tanh;
import static dev.gradus.expr.Formulas.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.cpu.simd.KernelCache;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr;
import dev.gradus.program.Program;
import dev.gradus.program.RandomRules;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SimdTest {
    private static final KernelCache KERNELS = new KernelCache(null);

    private static final List<Shape> SHAPES = Stream.of(
                    new long[] {0},
                    new long[] {1},
                    new long[] {7},
                    new long[] {15},
                    new long[] {17},
                    new long[] {1023},
                    new long[] {1024},
                    new long[] {1025},
                    new long[] {3000},
                    new long[] {5, 7},
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
    void everyRuleGivesTheInterpretersBitsAtEveryWidth(Rules.Entry entry) {
        for (Shape shape : SHAPES) {
            requireSameBits(entry.rule(), shape);
        }
    }

    @Test
    void randomChainsGiveTheInterpretersBits() {
        Random random = new Random(21);
        List<Shape> shapes = List.of(Shape.of(9, 5, 3, 3), Shape.of(11, 130), Shape.of(30, 4, 16), Shape.of(2, 1050));
        for (int i = 0; i < 300; i++) {
            Rule rule = i % 3 == 0 ? RandomRules.wrapped(random) : RandomRules.next(random);
            Shape shape = shapes.get(i % shapes.size());
            ElementType type = random.nextInt(4) == 0 ? ElementType.FLOAT64 : ElementType.FLOAT32;
            boolean withMetrics = random.nextBoolean();
            TaskRun compiled = new TaskRun(rule, shape, withMetrics);
            Map<String, double[]> expected = run(compiled, type, 0, true);
            requireSameBits(rule, compiled, type, 128 << random.nextInt(3), random.nextBoolean(), expected);
        }
    }

    @Test
    void reductionsOverSeveralPartsGiveTheInterpretersBits() {
        List<Shape> shapes = List.of(Shape.of(17_000), Shape.of(2, 1, 1, 17_008));
        for (Rule rule : List.of(Rules.lamb(), Rules.adamAwd(), Rules.clipByGlobalNorm(0.1))) {
            for (Shape shape : shapes) {
                int bits = shape.rank() == 1 ? 256 : 512;
                TaskRun compiled = new TaskRun(rule, shape, false);
                Map<String, double[]> expected = run(compiled, ElementType.FLOAT32, 0, true);
                requireSameBits(rule, compiled, ElementType.FLOAT32, bits, bits == 512, expected);
            }
        }
    }

    /// A 16-bit parameter may have a float32 gradient in one step and one of its own type in the next.
    @Test
    void aGradientOfAnotherTypeInTheSameKindOfMemoryIsReadAsWhatItIs() {
        assertThat(withChangingGradientType(512)).containsExactly(withChangingGradientType(0));
    }

    private static double[] withChangingGradientType(int bits) {
        Shape shape = Shape.of(2048);
        Trace trace = Trace.of(Rules.lamb(), "w", shape);
        try (Worker worker = new Worker(kernels(bits));
                Arena arena = Arena.ofConfined()) {
            ParameterBench bench = new ParameterBench("w", trace, ElementType.FLOAT32, arena);
            Tensor half = ParameterBench.tensor(shape.elements(), ElementType.FLOAT16, arena);
            Task execution = new Task(new CpuProgram(Program.of(trace, false)), shape, bench);
            for (Tensor gradient : List.of(bench.gradient, half, bench.gradient)) {
                bench.t++;
                bench.fill(gradient);
                execution.begin(gradient, bench, worker);
                execution.advance(worker);
            }
            return Objects.requireNonNull(bench.snapshot().get("theta"));
        }
    }

    /// All operations, with NaN, infinities, zeros of both signs and subnormals among the operands.
    @Test
    void everyOperationGivesTheInterpretersBits() {
        Direction all = s -> {
            Expr g = s.direction();
            Expr x = s.theta();
            Expr chosen = where(
                    g.gt(x).and(x.lt(Expr.ONE)).or(g.eq(x)), sign(g), max(g, x).minus(min(x, g)));
            Expr state = s.state("m").becomes(old -> old.times(0.5).plus(chosen.div(x)));
            Expr smooth = dev.gradus.expr.Formulas.exp(g.times(30).minus(x.times(40)))
                    .plus(dev.gradus.expr.Formulas.log1p(g.minus(x)))
                    .plus(dev.gradus.expr.Formulas.exp(x.unaryMinus()));
            Expr ignored = s.state("smooth").becomes(old -> smooth);
            s.state("root").write(old -> cbrt(g).minus(cbrt(x)));
            s.state("tangent").write(old -> tanh(g).minus(tanh(x.times(0.1))));
            s.state("logarithm").write(old -> log(g).plus(log(dev.gradus.expr.Formulas.abs(x))));
            return state.unaryMinus()
                    .plus(dev.gradus.expr.Formulas.abs(g))
                    .times(mean(g))
                    .plus(x.le(g).axes().isHost() ? g : rowMean(x));
        };
        requireSameBits(all, Shape.of(40, 51));
    }

    private static void requireSameBits(Rule rule, Shape shape) {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            boolean withMetrics = type == ElementType.FLOAT32 == (shape.elements() % 2 == 0);
            TaskRun compiled = new TaskRun(rule, shape, withMetrics);
            Map<String, double[]> expected = run(compiled, type, 0, true);
            for (int bits : new int[] {128, 256, 512}) {
                requireSameBits(rule, compiled, type, bits, bits == 256, expected);
            }
        }
    }

    private static void requireSameBits(
            Rule rule, TaskRun compiled, ElementType type, int bits, boolean heap, Map<String, double[]> expected) {
        ParameterBench.requireSame(
                rule + " on " + type + " " + compiled.trace.shape() + ", " + bits + " bits, "
                        + (heap ? "heap" : "native"),
                expected,
                run(compiled, type, bits, heap));
    }

    private static Map<String, double[]> run(TaskRun compiled, ElementType type, int bits, boolean heap) {
        try (Arena arena = Arena.ofConfined()) {
            ParameterBench bench = new ParameterBench("w", compiled.trace, type, heap ? null : arena);
            return compiled.run(bench, kernels(bits), 7);
        }
    }

    /// @param bits the width of vectors, or 0 for the interpreter
    private static @Nullable KernelUse kernels(int bits) {
        return bits == 0 ? null : new KernelUse(KERNELS, bits, true);
    }
}
