package dev.gradus;

import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A small parameter to which rows of a large one are gathered, with their states, so that the same program can
/// run on them.
///
/// Small parameters have as many rows as a power of two, the last of which may be padding of zeros, so that
/// steps with other numbers of rows share what is compiled and allocated.
final class RowBuffer implements TaskMemory, AutoCloseable {
    private static final long ALIGNMENT = 64;
    private static final int LEAST = 64;

    /// A tensor, and its rows in the buffer.
    private record Part(Tensor whole, MemorySegment rows, long rowBytes) {}

    private final Processor processor;
    private final CpuProgram program;
    private final StateStore whole;
    private final Shape shape;
    private final long perRow;
    private final ElementType arithmetic;
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Tensor> states = new LinkedHashMap<>();
    private final List<RandomKey> keys = new ArrayList<>();
    private final @Nullable Task[] tasks = new Task[Integer.SIZE];
    private @Nullable Arena arena;
    private @Nullable Tensor theta;
    private @Nullable Tensor gradient;
    private @Nullable MemorySegment zeros;
    private int capacity;

    /// @param program of the step
    /// @param whole the parameter's states
    /// @param shape the parameter's, of rank 1 or more
    RowBuffer(Processor processor, CpuProgram program, StateStore whole, Shape shape) {
        this.processor = processor;
        this.program = program;
        this.whole = whole;
        this.shape = shape;
        this.perRow = shape.size(0) == 0 ? 0 : shape.elements() / shape.size(0);
        this.arithmetic = whole.theta().type().arithmetic();
    }

    /// The number of elements of a row.
    long perRow() {
        return perRow;
    }

    private static int sizeClass(int rows) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(rows, LEAST) - 1);
    }

    /// Makes room for some rows; what the buffer holds is lost.
    @SuppressWarnings("MustBeClosedChecker") // it is closed with this, or when a larger one takes its place
    void reserve(int rows) {
        int needed = 1 << sizeClass(rows);
        if (needed <= capacity) {
            return;
        }
        close();
        capacity = needed;
        arena = Arena.ofShared();
        theta = allocate(whole.theta(), perRow, "theta");
        for (State state : program.program().states()) {
            if (!state.axes().isHost()) {
                Tensor ofWhole = whole.state(state);
                boolean hasRows = state.axes().contains(0);
                long elements = hasRows ? shape.elements(state.axes()) / Math.max(1, shape.size(0)) : 0;
                states.put(state.name(), hasRows ? allocate(ofWhole, elements, state.name()) : ofWhole);
            }
        }
        gradient = new Tensor(allocate(perRow * arithmetic.bytes()), arithmetic);
        long widest = parts.stream().mapToLong(Part::rowBytes).max().orElse(1);
        zeros = arena.allocate(LEAST * Math.max(widest, Long.BYTES), ALIGNMENT);
    }

    private MemorySegment allocate(long rowBytes) {
        long bytes = capacity * rowBytes;
        return Objects.requireNonNull(arena)
                .allocate(Math.max(1, bytes), ALIGNMENT)
                .asSlice(0, bytes);
    }

    private Tensor allocate(Tensor ofWhole, long elements, String name) {
        long rowBytes = elements * ofWhole.type().bytes();
        MemorySegment rows = allocate(rowBytes);
        parts.add(new Part(ofWhole, rows, rowBytes));
        RandomKey key = ofWhole.rounding() == null ? null : noise(name);
        Tensor rounded = ofWhole.rounded() == null ? null : allocate(ofWhole.rounded(), elements, name);
        return new Tensor(rows, ofWhole.type(), rounded, key);
    }

    /// The task that runs on the first rows of the buffer, and on the padding behind them.
    Task task(int rows) {
        int size = sizeClass(rows);
        Task known = tasks[size];
        if (known == null) {
            long[] sizes = shape.toArray();
            sizes[0] = 1L << size;
            known = processor.bind(program, Shape.of(sizes), shape, this);
            tasks[size] = known;
        }
        return known;
    }

    /// Gathers rows, and pads them with zeros.
    ///
    /// @param rows which of the whole parameter's
    void gather(int[] rows, int count) {
        long padding = (1L << sizeClass(count)) - count;
        for (int i = 0; i < count; i++) {
            gatherRow(rows[i], i);
        }
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            zero(part.rows, count * part.rowBytes, padding * part.rowBytes);
        }
    }

    /// Gathers one row.
    ///
    /// @param row which of the whole parameter's
    /// @param place which of the buffer's
    void gatherRow(int row, int place) {
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            MemorySegment.copy(
                    part.whole.memory(), row * part.rowBytes, part.rows, place * part.rowBytes, part.rowBytes);
        }
    }

    /// Puts rows back.
    ///
    /// @param rows which of the whole parameter's
    void scatter(int[] rows, int count) {
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        part.rows, i * part.rowBytes, part.whole.memory(), rows[i] * part.rowBytes, part.rowBytes);
            }
        }
    }

    /// The gradient of the buffer, all zero as far as some rows and their padding go.
    Tensor zeroGradient(int rows) {
        Tensor zero = Objects.requireNonNull(gradient);
        zero(zero.memory(), 0, (1L << sizeClass(rows)) * perRow * arithmetic.bytes());
        return zero;
    }

    /// Fills with zeros by copying them, because a slice to fill would be garbage in each step.
    private void zero(MemorySegment target, long from, long bytes) {
        MemorySegment source = Objects.requireNonNull(zeros);
        for (long done = 0; done < bytes; done += source.byteSize()) {
            MemorySegment.copy(source, 0, target, from + done, Math.min(source.byteSize(), bytes - done));
        }
    }

    /// Draws the random numbers of a step from now on.
    void beginRandom(long step) {
        for (int i = 0; i < keys.size(); i++) {
            keys.get(i).begin(step);
        }
    }

    @Override
    public String name() {
        return whole.name();
    }

    @Override
    public Tensor theta() {
        return Objects.requireNonNull(theta);
    }

    @Override
    public Tensor state(State state) {
        return Objects.requireNonNull(states.get(state.name()));
    }

    @Override
    public RandomKey noise(String name) {
        RandomKey key = new RandomKey(whole.name() + "/rows of " + name);
        keys.add(key);
        return key;
    }

    @Override
    public int placeOf(String hyperparameter) {
        return whole.placeOf(hyperparameter);
    }

    @Override
    public void close() {
        if (arena != null) {
            arena.close();
            arena = null;
        }
        parts.clear();
        states.clear();
        keys.clear();
        Arrays.fill(tasks, null);
        capacity = 0;
    }
}
