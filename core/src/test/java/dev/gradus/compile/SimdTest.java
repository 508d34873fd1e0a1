package dev.gradus.compile;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.min;
import static dev.gradus.expr.Formulas.rowMean;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.where;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.gradus.expr.Clock;
import dev.gradus.expr.ElementType;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Shape;
import dev.gradus.expr.State;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
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
        for (int i = 0; i < 40; i++) {
            requireSameBits(RandomRules.next(random), Shape.of(9, 5, 3, 3));
            requireSameBits(RandomRules.next(random), Shape.of(11, 130));
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
        try (Worker worker = new Worker(bits, true);
                Arena arena = Arena.ofConfined()) {
            Bench bench = new Bench(trace, ElementType.FLOAT32, arena);
            Tensor half = Bench.tensor(shape.elements(), ElementType.FLOAT16, arena);
            Execution execution = new Execution(Program.of(trace, false), shape, bench);
            for (Tensor gradient : List.of(bench.gradient, half, bench.gradient)) {
                bench.t++;
                bench.fill(gradient);
                execution.begin(gradient, bench);
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
            return state.unaryMinus()
                    .plus(dev.gradus.expr.Formulas.abs(g))
                    .times(mean(g))
                    .plus(x.le(g).axes().isHost() ? g : rowMean(x));
        };
        requireSameBits(all, Shape.of(40, 51));
    }

    private static void requireSameBits(Rule rule, Shape shape) {
        for (ElementType type : List.of(ElementType.FLOAT32, ElementType.FLOAT64)) {
            Map<String, double[]> expected = run(rule, shape, type, 0, true);
            for (int bits : new int[] {128, 256, 512}) {
                for (boolean heap : new boolean[] {true, false}) {
                    Map<String, double[]> actual = run(rule, shape, type, bits, heap);
                    actual.forEach((name, array) -> assertThat(array)
                            .as("%s of %s %s, %s bits, %s", name, type, shape, bits, heap ? "heap" : "native")
                            .containsExactly(Objects.requireNonNull(expected.get(name))));
                }
            }
        }
    }

    private static Map<String, double[]> run(Rule rule, Shape shape, ElementType type, int bits, boolean heap) {
        Trace trace = Trace.of(rule, "w", shape);
        try (Worker worker = new Worker(bits, true);
                Arena arena = Arena.ofConfined()) {
            Bench bench = new Bench(trace, type, heap ? null : arena);
            Execution execution = new Execution(Program.of(trace, true), shape, bench);
            for (int step = 1; step <= 7; step++) {
                bench.t = step;
                bench.draw();
                execution.begin(bench.gradient, bench);
                while (!execution.isComplete()) {
                    execution.totals().stream()
                            .filter(total -> total.level() == execution.level())
                            .forEach(total -> execution.fill(total, execution.contribution(total)));
                    execution.advance(worker);
                }
                for (State state : execution.numbers()) {
                    bench.numbers.put(state.name(), execution.number(state));
                }
            }
            return bench.snapshot();
        }
    }

    /// The memory and numbers of one parameter.
    private static final class Bench implements Execution.Memory, Execution.Numbers {
        private final Map<String, Tensor> states = new HashMap<>();
        private final Map<String, Double> numbers = new HashMap<>();
        private final Map<String, Double> hypers = new HashMap<>();
        private final Tensor theta;
        private final Tensor gradient;
        private final Random random = new Random(9);
        private int t;

        Bench(Trace trace, ElementType type, @Nullable Arena arena) {
            trace.hyperparameters().forEach(use -> hypers.put(use.name(), use.value()));
            hypers.put("learning_rate", 0.01);
            theta = tensor(trace.shape().elements(), type, arena);
            gradient = tensor(trace.shape().elements(), type, arena);
            fill(theta);
            for (State state : trace.states()) {
                if (state.axes().isHost()) {
                    numbers.put(state.name(), 0.1);
                } else {
                    Tensor tensor = tensor(trace.shape().elements(state.axes()), type, arena);
                    fill(tensor);
                    states.put(state.name(), tensor);
                }
            }
        }

        private static Tensor tensor(long elements, ElementType type, @Nullable Arena arena) {
            int n = (int) elements;
            if (arena != null) {
                return new Tensor(
                        arena.allocate(Math.max(1, elements * type.bytes())).asSlice(0, elements * type.bytes()), type);
            }
            return new Tensor(
                    type == ElementType.FLOAT32
                            ? MemorySegment.ofArray(new float[n])
                            : MemorySegment.ofArray(new double[n]),
                    type);
        }

        private void fill(Tensor tensor) {
            Object block = new double[Blocks.SIZE];
            long elements = tensor.memory().byteSize() / tensor.type().bytes();
            DoubleBlocks blocks = new DoubleBlocks();
            double[] one = (double[]) block;
            for (long i = 0; i < elements; i++) {
                int kind = random.nextInt(40);
                one[0] = switch (kind) {
                    case 0 -> 0.0;
                    case 1 -> -0.0;
                    case 2 -> 1e-40;
                    case 3 -> 1e-310;
                    default -> Math.abs(random.nextGaussian());
                };
                blocks.store(tensor.type(), tensor.memory(), i, one, 1);
            }
        }

        void draw() {
            fill(gradient);
        }

        Map<String, double[]> snapshot() {
            Map<String, double[]> all = new HashMap<>();
            all.put("theta", toArray(theta));
            states.forEach((name, tensor) -> all.put(name, toArray(tensor)));
            numbers.forEach((name, number) -> all.put(name, new double[] {number}));
            return all;
        }

        private static double[] toArray(Tensor tensor) {
            double[] array =
                    new double[(int) (tensor.memory().byteSize() / tensor.type().bytes())];
            for (int i = 0; i < array.length; i++) {
                array[i] = tensor.type().read(tensor.memory(), i);
            }
            return array;
        }

        @Override
        public String name() {
            return "w";
        }

        @Override
        public Tensor theta() {
            return theta;
        }

        @Override
        public Tensor state(State state) {
            return Objects.requireNonNull(states.get(state.name()));
        }

        @Override
        public double hyper(String name) {
            return Objects.requireNonNull(hypers.get(name));
        }

        @Override
        public double step(Clock clock) {
            return t;
        }

        @Override
        public double number(State state) {
            return Objects.requireNonNull(numbers.get(state.name()));
        }
    }
}
