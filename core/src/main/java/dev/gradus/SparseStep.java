package dev.gradus;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import dev.gradus.cpu.CpuProgram;
import dev.gradus.cpu.Task;
import dev.gradus.cpu.WorkerPool;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Clock;
import dev.gradus.expr.State;
import dev.gradus.program.Program;
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

/// Steps of some rows of a parameter: they are gathered from the parameter and its states, run through the
/// same program as a small parameter, and put back. What a step costs depends on the rows that have a
/// gradient alone.
///
/// Small parameters have as many rows as a power of two, the last of which may be padding of zeros, so that
/// steps with other numbers of rows share what is compiled and allocated.
final class SparseStep implements TaskMemory {
    private static final long ALIGNMENT = 64;
    private static final int LEAST = 64;

    /// The most rows that are caught up at once.
    private static final int BATCH = 1 << 14;

    /// A tensor, and its rows that were gathered.
    private record Part(Tensor whole, MemorySegment rows, long rowBytes) {}

    private final TrainedParameter member;
    private final Program program;
    private final Shape shape;
    private final long perRow;
    private final ElementType arithmetic;

    /// The step that each row has last made, or null where rows miss steps without a gradient for good.
    private final @Nullable MemorySegment last;

    private final Past past = new Past();
    private final List<Part> parts = new ArrayList<>();
    private final Map<String, Tensor> states = new LinkedHashMap<>();
    private final List<RandomKey> keys = new ArrayList<>();
    private final Task[] executions = new Task[Integer.SIZE];
    private @Nullable Arena arena;
    private @Nullable Tensor theta;
    private @Nullable Tensor gradient;
    private int capacity;

    /// The indices of the gradient with their positions, sorted; the rows that are gathered.
    private long[] sorted = {};

    private int indices;
    private int[] gathered = {};
    private int count;

    /// @param last one float64 per row, or null
    /// @throws IllegalArgumentException if the rule's steps cannot be made row by row
    SparseStep(TrainedParameter member, Program program, @Nullable MemorySegment last) {
        this.member = member;
        this.program = program;
        this.shape = member.parameter.shape();
        this.last = last;
        this.arithmetic = member.theta().type().arithmetic();
        if (shape.rank() == 0) {
            throw new IllegalArgumentException(label() + " a single number has no rows");
        }
        program.whyNotByRows(last != null).ifPresent(why -> {
            throw new IllegalArgumentException(label() + " " + why);
        });
        this.perRow = shape.size(0) == 0 ? 0 : shape.elements() / shape.size(0);
        for (State state : program.states()) {
            boolean isBlocked =
                    !state.axes().isHost() && member.state(state).type().isEightBit();
            if (isBlocked
                    || last != null
                            && !state.axes().isHost()
                            && member.state(state).rounding() != null) {
                throw new IllegalArgumentException(label() + " its state " + state + " is stored in "
                        + member.state(state).type() + ", of which single rows cannot be "
                        + (isBlocked ? "written" : "caught up"));
            }
        }
        if (last != null && member.theta().rounding() != null) {
            throw new IllegalArgumentException(label() + " it has no float32 copy, so that rows cannot be caught up");
        }
    }

    private String label() {
        return "parameter " + member.parameter.name() + " cannot have a gradient of rows:";
    }

    /// Takes note of the rows that the step to come updates.
    ///
    /// @throws IllegalArgumentException if an index is out of range
    void bind(RowGradient rows) {
        indices = Math.toIntExact(rows.count());
        if (sorted.length < indices) {
            sorted = new long[Math.max(indices, 2 * sorted.length)];
            gathered = new int[sorted.length];
        }
        long all = shape.size(0);
        for (int i = 0; i < indices; i++) {
            long row = rows.indices().getAtIndex(JAVA_LONG_UNALIGNED, i);
            if (row < 0 || row >= all || row > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("parameter " + member.parameter.name() + ": index " + i
                        + " of its gradient must be a row in 0 … " + (all - 1) + ", got " + row);
            }
            sorted[i] = row << Integer.SIZE | i;
        }
        Arrays.sort(sorted, 0, indices);
        count = 0;
        for (int i = 0; i < indices; i++) {
            if (i == 0 || row(i) != row(i - 1)) {
                gathered[count++] = row(i);
            }
        }
        reserve(count);
    }

    private int row(int index) {
        return (int) (sorted[index] >>> Integer.SIZE);
    }

    /// The step that runs on the rows that are bound.
    Task execution() {
        return execution(count);
    }

    private Task execution(int rows) {
        int size = sizeClass(rows);
        Task known = executions[size];
        if (known == null) {
            long[] sizes = shape.toArray();
            sizes[0] = 1L << size;
            known = new Task(new CpuProgram(program), Shape.of(sizes), shape, this);
            executions[size] = known;
        }
        return known;
    }

    private static int sizeClass(int rows) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(rows, LEAST) - 1);
    }

    /// Begins the step: brings the rows up to it, and gathers them and their gradients.
    void begin(RowGradient rows, long step, WorkerPool team) {
        if (last != null) {
            catchUp(step - 1, team);
        }
        gather(step);
        fillGradient(rows);
        team.begin(execution(), gradient, member);
    }

    /// Puts back what the completed step has made of the rows.
    void end(long step) {
        scatter();
        if (last != null) {
            for (int i = 0; i < count; i++) {
                last(gathered[i], step);
            }
        }
    }

    /// Makes the steps up to the given one that any row has missed.
    void catchUpAll(long upTo, WorkerPool team) {
        if (last == null) {
            return;
        }
        int rows = Math.toIntExact(shape.size(0));
        reserve(Math.min(rows, BATCH));
        if (gathered.length < capacity) {
            gathered = new int[capacity];
            sorted = new long[capacity];
        }
        count = 0;
        for (int row = 0; row < rows; row++) {
            if (lastStep(row) < upTo) {
                gathered[count++] = row;
            }
            if (count == BATCH || row == rows - 1) {
                catchUp(upTo, team);
                count = 0;
            }
        }
    }

    /// Says that all rows have made all steps up to the given one.
    void allAt(long step) {
        if (last != null) {
            for (long row = 0; row < shape.size(0); row++) {
                last(row, step);
            }
        }
    }

    private long lastStep(int row) {
        return (long) Objects.requireNonNull(last).getAtIndex(JAVA_DOUBLE_UNALIGNED, row);
    }

    /// Makes, with gradients of zero, the steps up to the given one that the gathered rows have missed. Those
    /// that have missed most come first, so that each step runs on the first of them; what is in the place of
    /// the others meanwhile does not matter.
    private void catchUp(long upTo, WorkerPool team) {
        for (int i = 0; i < count; i++) {
            sorted[i] = lastStep(gathered[i]) << Integer.SIZE | gathered[i];
        }
        Arrays.sort(sorted, 0, count);
        int rows = count;
        for (int i = 0; i < rows; i++) {
            gathered[i] = (int) sorted[i];
        }
        if (rows == 0 || lastStep(gathered[0]) >= upTo) {
            return;
        }
        Objects.requireNonNull(gradient).memory().fill((byte) 0);
        int behind = 0;
        for (long step = lastStep(gathered[0]) + 1; step <= upTo; step++) {
            while (behind < rows && lastStep(gathered[behind]) < step) {
                gatherRow(behind++);
            }
            past.step = step;
            Task execution = execution(behind);
            team.begin(execution, gradient, past);
            team.complete(execution);
        }
        count = behind;
        scatter();
        for (int i = 0; i < behind; i++) {
            last(gathered[i], upTo);
        }
        count = rows;
    }

    private void last(long row, long step) {
        Objects.requireNonNull(last).setAtIndex(JAVA_DOUBLE_UNALIGNED, row, (double) step);
    }

    /// The numbers of a step that has been.
    private final class Past implements TaskInputs {
        private long step;

        @Override
        public double hyper(int place) {
            return member.group.valueAt(place, before(), step - 1);
        }

        /// The optimizer's updates before the step, if none of them left the parameter out.
        private long before() {
            return Math.max(0, member.group.completed() - member.completed + step - 1);
        }

        @Override
        public double step(Clock clock) {
            return switch (clock) {
                case OWN, GROUP_FIRST -> step;
                case OPTIMIZER -> before() + 1;
            };
        }

        @Override
        public double number(State state) {
            return member.number(state);
        }
    }

    private void gather(long step) {
        keys.forEach(key -> key.begin(step));
        long padding = (1L << sizeClass(count)) - count;
        for (int i = 0; i < count; i++) {
            gatherRow(i);
        }
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            part.rows.asSlice(count * part.rowBytes, padding * part.rowBytes).fill((byte) 0);
        }
    }

    private void gatherRow(int i) {
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            MemorySegment.copy(
                    part.whole.memory(), gathered[i] * part.rowBytes, part.rows, i * part.rowBytes, part.rowBytes);
        }
    }

    private void scatter() {
        for (int p = 0; p < parts.size(); p++) {
            Part part = parts.get(p);
            for (int i = 0; i < count; i++) {
                MemorySegment.copy(
                        part.rows, i * part.rowBytes, part.whole.memory(), gathered[i] * part.rowBytes, part.rowBytes);
            }
        }
    }

    /// Sums the gradients of each gathered row, in the order in which they were given.
    private void fillGradient(RowGradient rows) {
        MemorySegment sums = Objects.requireNonNull(gradient).memory();
        long bytes = perRow * arithmetic.bytes();
        sums.asSlice(0, (1L << sizeClass(count)) * bytes).fill((byte) 0);
        sortByRow(rows);
        for (int i = 0; i < count; i++) {
            int from = first(gathered[i]);
            for (int k = from; k < indices && row(k) == gathered[i]; k++) {
                add(rows.values(), (int) sorted[k] * perRow, sums, i * perRow, k == from);
            }
        }
    }

    /// Sorts the indices anew where catching up has used their place.
    private void sortByRow(RowGradient rows) {
        if (last != null) {
            for (int i = 0; i < indices; i++) {
                sorted[i] = rows.indices().getAtIndex(JAVA_LONG_UNALIGNED, i) << Integer.SIZE | i;
            }
            Arrays.sort(sorted, 0, indices);
        }
    }

    private int first(int row) {
        int found = Arrays.binarySearch(sorted, 0, indices, (long) row << Integer.SIZE);
        return found < 0 ? ~found : found;
    }

    private void add(MemorySegment from, long source, MemorySegment sums, long target, boolean isFirst) {
        ElementType type = member.parameter.gradientType();
        if (isFirst && type == arithmetic) {
            int bytes = type.bytes();
            MemorySegment.copy(from, source * bytes, sums, target * bytes, perRow * bytes);
        } else if (arithmetic == ElementType.FLOAT64) {
            for (long i = 0; i < perRow; i++) {
                double sum = sums.getAtIndex(JAVA_DOUBLE_UNALIGNED, target + i) + type.read(from, source + i);
                sums.setAtIndex(JAVA_DOUBLE_UNALIGNED, target + i, sum);
            }
        } else {
            for (long i = 0; i < perRow; i++) {
                float sum = sums.getAtIndex(JAVA_FLOAT_UNALIGNED, target + i) + (float) type.read(from, source + i);
                sums.setAtIndex(JAVA_FLOAT_UNALIGNED, target + i, sum);
            }
        }
    }

    /// Makes room for so many rows.
    @SuppressWarnings("MustBeClosedChecker") // it is closed with this, or when a larger one takes its place
    private void reserve(int rows) {
        int needed = 1 << sizeClass(rows);
        if (needed <= capacity) {
            return;
        }
        close();
        capacity = needed;
        arena = Arena.ofShared();
        theta = compact(member.theta(), perRow, "theta");
        for (State state : program.states()) {
            if (!state.axes().isHost()) {
                Tensor whole = member.state(state);
                boolean hasRows = state.axes().contains(0);
                long elements = hasRows ? shape.elements(state.axes()) / Math.max(1, shape.size(0)) : 0;
                states.put(state.name(), hasRows ? compact(whole, elements, state.name()) : whole);
            }
        }
        gradient = new Tensor(allocate(perRow * arithmetic.bytes()), arithmetic);
    }

    private MemorySegment allocate(long rowBytes) {
        long bytes = capacity * rowBytes;
        return Objects.requireNonNull(arena)
                .allocate(Math.max(1, bytes), ALIGNMENT)
                .asSlice(0, bytes);
    }

    private Tensor compact(Tensor whole, long elements, String name) {
        long rowBytes = elements * whole.type().bytes();
        MemorySegment rows = allocate(rowBytes);
        parts.add(new Part(whole, rows, rowBytes));
        RandomKey key = null;
        if (whole.rounding() != null) {
            key = new RandomKey(member.parameter.name() + "/rows of " + name);
            keys.add(key);
        }
        Tensor rounded = whole.rounded() == null ? null : compact(whole.rounded(), elements, name);
        return new Tensor(rows, whole.type(), rounded, key);
    }

    @Override
    public String name() {
        return member.parameter.name();
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
    public RandomKey noise(String noise) {
        RandomKey key = new RandomKey(member.parameter.name() + "/rows of " + noise);
        keys.add(key);
        return key;
    }

    @Override
    public int placeOf(String hyperparameter) {
        return member.placeOf(hyperparameter);
    }

    void close() {
        if (arena != null) {
            arena.close();
            arena = null;
        }
        parts.clear();
        states.clear();
        keys.clear();
        Arrays.fill(executions, null);
        capacity = 0;
    }
}
