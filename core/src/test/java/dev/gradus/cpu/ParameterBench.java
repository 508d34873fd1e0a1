package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Clock;
import dev.gradus.expr.State;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.ElementType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The memory and numbers of one parameter.
final class ParameterBench implements TaskMemory, TaskInputs {
    private final Map<String, Tensor> states = new HashMap<>();
    final Map<String, Double> numbers = new HashMap<>();
    private final Map<String, Double> hypers = new LinkedHashMap<>();
    private final Tensor theta;
    Tensor gradient;
    private final Reader numbersDrawn;
    private final DoubleBlocks blocks = new DoubleBlocks();
    private final double[] block = new double[Blocks.SIZE];
    int t;

    private final String name;

    /// How a parameter is stored.
    ///
    /// @param averages bfloat16, an 8-bit type for all 8-bit types, or the arithmetic type
    /// @param hasMaster whether 16-bit values have a float32 copy
    record Formats(ElementType theta, ElementType gradient, ElementType averages, boolean hasMaster) {}

    private final List<RandomKey> keys = new ArrayList<>();

    ParameterBench(String name, Trace trace, Formats formats, Arena arena) {
        this.name = name;
        numbersDrawn = new Reader(name);
        trace.hyperparameters().forEach(use -> hypers.put(use.name(), use.value()));
        hypers.put("learning_rate", 0.01);
        long elements = trace.shape().elements();
        Tensor values = formats.hasMaster || !formats.theta.isHalf()
                ? tensor(elements, formats.theta, arena)
                : rounded("theta", elements, formats.theta, arena);
        theta = formats.hasMaster
                ? new Tensor(tensor(elements, ElementType.FLOAT32, arena).memory(), ElementType.FLOAT32, values, null)
                : values;
        gradient = tensor(elements, formats.gradient, arena);
        fill(theta);
        for (State state : trace.states()) {
            if (state.axes().isHost()) {
                numbers.put(state.name(), 0.1);
            } else if (formats.averages.arithmetic() != formats.averages
                    && state.axes().isFull()
                    && (state.role() == State.Role.SIGNED || state.role() == State.Role.NON_NEGATIVE)) {
                ElementType type = formats.averages == ElementType.BFLOAT16
                        ? ElementType.BFLOAT16
                        : state.role() == State.Role.SIGNED ? ElementType.SIGNED_8BIT : ElementType.NON_NEGATIVE_8BIT;
                states.put(state.name(), rounded(state.name(), elements, type, arena));
            } else {
                Tensor tensor = tensor(
                        trace.shape().elements(state.axes()), theta.type().arithmetic(), arena);
                fill(tensor);
                states.put(state.name(), tensor);
            }
        }
    }

    private Tensor rounded(String tensor, long elements, ElementType type, Arena arena) {
        RandomKey rounding = new RandomKey(name + "/" + tensor);
        keys.add(rounding);
        MemorySegment memory = arena.allocate(Math.max(1, type.bytes(elements)), 64);
        return new Tensor(memory.asSlice(0, type.bytes(elements)), type, null, rounding);
    }

    /// @param arena null for memory on the heap; otherwise memory is native, at odd offsets, the gradient's mapped
    ParameterBench(String name, Trace trace, ElementType type, @Nullable Arena arena) {
        this.name = name;
        numbersDrawn = new Reader(name);
        trace.hyperparameters().forEach(use -> hypers.put(use.name(), use.value()));
        hypers.put("learning_rate", 0.01);
        theta = tensor(trace.shape().elements(), type, arena);
        gradient = arena == null
                ? tensor(trace.shape().elements(), type, null)
                : new Tensor(mapped(trace.shape().elements() * type.bytes(), arena), type);
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

    private static MemorySegment mapped(long bytes, Arena arena) {
        try {
            Path file = Files.createTempFile("gradus", ".mapped");
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                return channel.map(FileChannel.MapMode.READ_WRITE, 0, bytes + Float.BYTES, arena)
                        .asSlice(Float.BYTES, bytes);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Tensor tensor(long elements, ElementType type, @Nullable Arena arena) {
        int n = (int) elements;
        if (arena != null) {
            return new Tensor(
                    arena.allocate((elements + 1) * type.bytes(), 64).asSlice(type.bytes(), elements * type.bytes()),
                    type);
        }
        return new Tensor(
                type == ElementType.FLOAT32
                        ? MemorySegment.ofArray(new float[n])
                        : MemorySegment.ofArray(new double[n]),
                type);
    }

    void fill(Tensor tensor) {
        long elements = tensor.memory().byteSize() / tensor.type().bytes();
        for (long start = 0; start < elements; start += block.length) {
            int count = (int) Math.min(block.length, elements - start);
            numbersDrawn.copy(block, count);
            blocks.store(tensor.type(), tensor.memory(), start, block, count);
        }
    }

    /// Random numbers that begin anew for each bench of the same name. They are drawn once: drawing takes longer than
    /// many a step.
    private static final class Drawn {
        private static final Map<String, Drawn> BY_NAME = new ConcurrentHashMap<>();

        private final Random random;
        private double[] all = {};

        Drawn(String name) {
            random = new Random(name.hashCode());
        }

        synchronized double[] atLeast(int count) {
            if (count > all.length) {
                int before = all.length;
                all = Arrays.copyOf(all, Math.max(count, 2 * before));
                for (int i = before; i < all.length; i++) {
                    all[i] = switch (random.nextInt(40)) {
                        case 0 -> 0.0;
                        case 1 -> -0.0;
                        case 2 -> 1e-40;
                        case 3 -> 1e-310;
                        default -> Math.abs(random.nextGaussian());
                    };
                }
            }
            return all;
        }
    }

    /// A place among the numbers drawn.
    private static final class Reader {
        private final Drawn drawn;
        private int next;

        Reader(String name) {
            drawn = Drawn.BY_NAME.computeIfAbsent(name, Drawn::new);
        }

        void copy(double[] target, int count) {
            System.arraycopy(drawn.atLeast(next + count), next, target, 0, count);
            next += count;
        }
    }

    /// Requires the same numbers to the bit.
    static void requireSame(String what, Map<String, double[]> expected, Map<String, double[]> actual) {
        assertThat(actual.keySet()).isEqualTo(expected.keySet());
        actual.forEach((name, array) -> {
            double[] other = Objects.requireNonNull(expected.get(name));
            if (!Arrays.equals(array, other)) { // Element by element only where they differ: that takes its time.
                assertThat(array).as("%s of %s", name, what).containsExactly(other);
            }
        });
    }

    void draw() {
        fill(gradient);
        keys.forEach(key -> key.begin(t));
    }

    Map<String, double[]> snapshot() {
        Map<String, double[]> all = new HashMap<>();
        long elements = gradient.memory().byteSize() / gradient.type().bytes();
        all.put("theta", toArray(theta));
        if (theta.rounded() != null) {
            all.put("rounded theta", toArray(theta.rounded()));
        }
        states.forEach((name, tensor) ->
                all.put(name, tensor.type().isEightBit() ? toArray(tensor, elements) : toArray(tensor)));
        numbers.forEach((name, number) -> all.put(name, new double[] {number}));
        return all;
    }

    private static double[] toArray(Tensor tensor) {
        return toArray(tensor, tensor.memory().byteSize() / tensor.type().bytes());
    }

    private static double[] toArray(Tensor tensor, long elements) {
        double[] array = new double[(int) elements];
        for (int i = 0; i < array.length; i++) {
            array[i] = tensor.type().read(tensor.memory(), i);
        }
        return array;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Tensor theta() {
        return theta;
    }

    @Override
    public RandomKey noise(String noise) {
        RandomKey key = new RandomKey(name + "/" + noise);
        keys.add(key);
        return key;
    }

    @Override
    public Tensor state(State state) {
        return Objects.requireNonNull(states.get(state.name()));
    }

    @Override
    public int placeOf(String hyperparameter) {
        return List.copyOf(hypers.keySet()).indexOf(hyperparameter);
    }

    @Override
    public double hyper(int place) {
        return Objects.requireNonNull(hypers.get(List.copyOf(hypers.keySet()).get(place)));
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
