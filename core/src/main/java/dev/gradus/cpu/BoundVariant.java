package dev.gradus.cpu;

import dev.gradus.engine.Inputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.State;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.HostCode;
import dev.gradus.program.Operand;
import dev.gradus.program.Pass;
import dev.gradus.program.Projection;
import dev.gradus.program.Reduction;
import dev.gradus.program.Stage;
import dev.gradus.program.Variant;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A variant bound to the memory of one parameter.
final class BoundVariant {
    /// Rows of so many elements are taken through their passes together: enough for memory to get into its stride in
    /// each, and no more than stay in a second-level cache.
    private static final int AT_ONCE = 4 * Accumulator.PART;

    final Variant variant;

    /// The numbers of the host.
    final double[] slots;

    /// The kernels of passes that have been bound, by pass.
    final Simd.@Nullable Bound[] kernels;

    /// Whether kernels are wanted: not for what runs only once.
    boolean usesKernels;

    /// Fills the slots of the numbers that a step depends on.
    final Inputs inputs;

    private final Shape shape;

    /// The number of elements, and of rows.
    private final long elements;

    private final long rows;

    /// How many elements each pass has, and how many of them in a row.
    private final long[] elementsOf;

    private final long[] perRow;

    /// The parameter's shape as it is.
    private final Shape whole;

    private final ElementType type;
    private final Tensor[] operands;
    private @Nullable Tensor gradient;

    /// Grows with every change of where operands are.
    int changes;

    private final @Nullable Projection[][] projections;
    private final int[] scratch;
    private final Accumulator[] accumulators;
    private final double[][] results;

    /// The values of reduced shape that passes leave each other, by operand.
    private final double[] @Nullable [] reduced;

    private final int scratchCount;

    /// Whether values of the parameter's own shape outlive a stage.
    final boolean keepsScratch;

    private final Extent[] extents;

    /// The stages that write to the parameter or its states.
    private final boolean[] writes;

    /// How a stage can be cut: into units, so many of which make a chunk.
    private record Extent(long units, long chunk) {}

    /// @param shape of what the steps run on: the parameter, or rows of it
    /// @param whole the parameter's
    BoundVariant(Variant variant, Shape shape, Shape whole, TaskMemory memory) {
        this.variant = variant;
        this.slots = new double[variant.slots()];
        this.kernels = new Simd.Bound[variant.passes().size()];
        this.inputs = new Inputs(variant.leaves(), slots, whole, memory);
        this.shape = variant.merged().merge(shape);
        this.elements = this.shape.elements();
        this.rows = this.shape.rank() == 0 ? 1 : this.shape.size(0);
        this.elementsOf = variant.passes().stream()
                .mapToLong(pass -> this.shape.elements(pass.axes()))
                .toArray();
        this.perRow =
                Arrays.stream(elementsOf).map(of -> rows == 0 ? 0 : of / rows).toArray();
        this.whole = whole;
        this.type = memory.theta().type().arithmetic();
        this.operands = new Tensor[variant.operands().size()];
        this.scratch = new int[operands.length];
        int kept = 0;
        this.reduced = new double[operands.length][];
        for (int i = 0; i < operands.length; i++) {
            Operand operand = variant.operands().get(i);
            scratch[i] = operand.isFullScratch() ? kept++ : -1;
            operands[i] = switch (operand.kind()) {
                case THETA, GRADIENT -> memory.theta();
                case STATE -> memory.state(stateOf(operand));
                case NOISE ->
                    new Tensor(MemorySegment.NULL, type, null, memory.noise(Objects.requireNonNull(operand.noise())));
                case SCRATCH -> {
                    if (scratch[i] >= 0) {
                        yield memory.theta(); // A thread has it.
                    }
                    reduced[i] = new double[Math.toIntExact(this.shape.elements(operand.axes()))];
                    yield new Tensor(MemorySegment.ofArray(reduced[i]), ElementType.FLOAT64);
                }
            };
        }
        List<Reduction> reductions = variant.reductions();
        this.results = new double[reductions.size()][];
        this.accumulators = new Accumulator[results.length];
        for (int i = 0; i < results.length; i++) {
            Reduction reduction = reductions.get(i);
            results[i] =
                    reduction.kept().isHost() ? new double[1] : Objects.requireNonNull(reduced[reduction.target()]);
            accumulators[i] = new Accumulator(reduction, this.shape, results[i]);
        }
        this.projections = new Projection[variant.passes().size()][operands.length];
        for (int pass = 0; pass < projections.length; pass++) {
            Axes axes = variant.passes().get(pass).axes();
            for (int i = 0; i < operands.length; i++) {
                Axes own = variant.operands().get(i).axes();
                if (!own.equals(axes) && axes.containsAll(own)) {
                    projections[pass][i] = new Projection(this.shape, axes, own);
                }
            }
        }
        this.scratchCount = kept;
        this.keepsScratch = variant.keepsScratch();
        this.extents = variant.stages().stream().map(this::extent).toArray(Extent[]::new);
        this.writes = new boolean[extents.length];
        for (int i = 0; i < writes.length; i++) {
            writes[i] = variant.writes(variant.stages().get(i));
        }
    }

    private static State stateOf(Operand operand) {
        State state = operand.state();
        if (state == null) {
            throw new IllegalStateException(operand + " has no state");
        }
        return state;
    }

    /// The shape in terms of the variant's merged axes.
    Shape shape() {
        return shape;
    }

    Tensor operand(int index) {
        return operands[index];
    }

    /// How the elements of an operand are found in a pass, or null where they correspond one to one.
    @Nullable
    Projection projection(int pass, int operand) {
        return projections[pass][operand];
    }

    Accumulator accumulator(int reduction) {
        return accumulators[reduction];
    }

    boolean isNoise(int operand) {
        return variant.operands().get(operand).kind() == Operand.Kind.NOISE;
    }

    void bindGradient(Tensor newGradient) {
        if (newGradient == gradient) {
            return;
        }
        gradient = newGradient;
        changes++;
        for (int i = 0; i < operands.length; i++) {
            if (variant.operands().get(i).kind() == Operand.Kind.GRADIENT) {
                operands[i] = newGradient;
            }
        }
    }

    /// The type of the parameter as it is computed with.
    ElementType type() {
        return type;
    }

    private boolean isStopped() {
        return variant.commit() >= 0 && slots[variant.commit()] == 0;
    }

    /// The values of an operand that is a value of reduced shape left by a pass, or null where it is none.
    double @Nullable [] reduced(int operand) {
        return reduced[operand];
    }

    /// The scratch memory of a thread that an operand is in, or −1 where it has memory of its own.
    int scratchIndex(int operand) {
        return scratch[operand];
    }

    private Extent extent(Stage stage) {
        return switch (stage.division()) {
            case WHOLE -> new Extent(1, 1);
            case ELEMENTS, PARTS -> new Extent(elements, Accumulator.PART);
            case ROWS, ROWS_AND_PARTS -> {
                long unit = 1;
                for (int pass : stage.passes()) {
                    long length = perRow[pass];
                    if (length > 0 && Stage.reducesToNumber(variant.passes().get(pass), variant.reductions())) {
                        unit = multiple(unit, Accumulator.PART / divisor(Accumulator.PART, length));
                    }
                    if (length > 0 && goesByStretches(variant.passes().get(pass))) {
                        unit = multiple(unit, EightBit.BLOCK / divisor(EightBit.BLOCK, length));
                    }
                }
                long most = rows == 0 || elements == 0 ? 1 : AT_ONCE / (elements / rows);
                yield new Extent(rows, Math.max(most / unit * unit, unit));
            }
        };
    }

    /// Whether a stage writes to the parameter or its states.
    boolean writes(int stage) {
        return writes[stage];
    }

    /// Whether a pass has to begin at a stretch: because it loads or stores in 8 bits, or draws random
    /// numbers.
    boolean goesByStretches(Pass pass) {
        return pass.code().stream().anyMatch(in -> switch (in.op()) {
            case LOAD -> operands[in.a()].type().isEightBit();
            case STORE -> operands[in.target()].rounding() != null;
            default -> false;
        });
    }

    private static long multiple(long a, long b) {
        return a / divisor(a, b) * b;
    }

    private static long divisor(long a, long b) {
        return b == 0 ? a : divisor(b, a % b);
    }

    /// Whether the step goes on at a level, as far as is known before it.
    private boolean isSkipped(Stage stage) {
        return stage.level() >= variant.commitLevel() && isStopped();
    }

    /// Has the kernels of all passes made ready.
    ///
    /// @param active the binding that has the gradient of the step
    void prepareKernels(BoundVariant active, Worker worker) {
        usesKernels = true;
        if (active.gradient != null) {
            bindGradient(active.gradient);
        }
        for (int pass = 0; pass < variant.passes().size(); pass++) {
            backend(pass, worker).prepare(this, pass);
        }
    }

    /// Computes the numbers of the host before a stage, and gets ready for its passes.
    ///
    /// @param common scratch memory for values that outlive the stage, or null where the thread's own does
    /// @return the number of chunks that threads may run side by side, each once, before [#finish]; none where
    ///     there is nothing to do
    long prepare(int index, Worker worker, @Nullable Scratch common) {
        Stage stage = variant.stages().get(index);
        if (stage.isFirst()) {
            HostCode.Instruction[] code = variant.code()[stage.level()];
            if (stage.level() == 0) {
                worker.workspace.memo.run(code, inputs, slots, worker.workspace.power);
            } else {
                HostCode.run(code, slots, worker.workspace.power);
            }
        }
        if (isSkipped(stage)) {
            return 0;
        }
        if (stage.isFirst()) {
            transform(stage.level(), common == null ? worker.workspace.own : common);
        }
        if (stage.passes().isEmpty()) {
            return 0;
        }
        for (int i = 0; i < stage.passes().size(); i++) {
            int pass = stage.passes().get(i);
            backend(pass, worker).prepare(this, pass);
            for (int reduction : variant.reduces()[pass]) {
                accumulators[reduction].start();
            }
        }
        Extent extent = extents[index];
        return (extent.units + extent.chunk - 1) / extent.chunk;
    }

    private void transform(int level, Scratch scratchMemory) {
        List<Variant.Transform> transforms = variant.transforms();
        for (int i = 0; i < transforms.size(); i++) {
            Variant.Transform transform = transforms.get(i);
            if (transform.level() == level) {
                long bytes = whole.elements() * type.bytes();
                MemorySegment[] segments = scratchMemory.require(scratchCount, bytes);
                transform
                        .function()
                        .apply(
                                segments[scratch[transform.from()]].asSlice(0, bytes),
                                segments[scratch[transform.to()]].asSlice(0, bytes),
                                whole,
                                type);
            }
        }
    }

    /// Runs one chunk of a stage.
    ///
    /// @param common scratch memory for values that outlive the stage, or null where the thread's own does
    void run(int index, long chunk, Worker worker, @Nullable Scratch common) {
        Extent extent = extents[index];
        long from = chunk * extent.chunk;
        runUnits(index, from, Math.min(from + extent.chunk, extent.units), worker, common);
    }

    /// Runs a stage on one thread: in one go, or row by row where that keeps them in the cache.
    void runWhole(int index, Worker worker) {
        Extent extent = extents[index];
        boolean byRows = variant.stages().get(index).passes().size() > 1;
        long step = byRows ? extent.chunk : extent.units;
        for (long from = 0; from < extent.units; from += step) {
            runUnits(index, from, Math.min(from + step, extent.units), worker, null);
        }
    }

    private void runUnits(int index, long from, long to, Worker worker, @Nullable Scratch common) {
        Stage stage = variant.stages().get(index);
        boolean byRows = switch (stage.division()) {
            case WHOLE, ELEMENTS, PARTS -> false;
            case ROWS, ROWS_AND_PARTS -> true;
        };
        if (scratchCount > 0) {
            bindScratch(byRows, from, to, worker, common);
        }
        for (int i = 0; i < stage.passes().size(); i++) {
            int pass = stage.passes().get(i);
            long unit = byRows ? perRow[pass] : 1;
            boolean isWhole = stage.division() == Stage.Division.WHOLE;
            long end = isWhole ? elementsOf[pass] : to * unit;
            backend(pass, worker).run(this, pass, isWhole ? 0 : from * unit, end);
        }
    }

    /// Makes sure that threads find enough common scratch memory.
    void reserve(Scratch common) {
        if (keepsScratch) {
            MemorySegment[] ignored = common.require(scratchCount, elements * type.bytes());
        }
    }

    /// Values that outlive a stage need memory for all elements, others for those of the chunk.
    private void bindScratch(boolean byRows, long from, long to, Worker worker, @Nullable Scratch common) {
        Workspace workspace = worker.workspace;
        if (keepsScratch || !byRows) {
            Scratch lasting = common == null ? workspace.own : common;
            workspace.bindScratch(lasting.require(scratchCount, elements * type.bytes()), 0);
        } else {
            long length = rows == 0 ? 0 : elements / rows;
            long bytes = (to - from) * length * type.bytes();
            workspace.bindScratch(workspace.own.require(scratchCount, bytes), from * length);
        }
    }

    private Backend backend(int pass, Worker worker) {
        return variant.passes().get(pass).isFull() ? worker.arithmetic(type) : worker.wide();
    }

    /// Completes a stage after its last chunk: what it reduced to numbers goes to their slots.
    void finish(int index) {
        Stage stage = variant.stages().get(index);
        if (!isSkipped(stage)) {
            for (int i = 0; i < stage.passes().size(); i++) {
                for (int reduction : variant.reduces()[stage.passes().get(i)]) {
                    finishReduction(reduction);
                }
            }
        }
    }

    private void finishReduction(int index) {
        accumulators[index].finish();
        Reduction reduction = variant.reductions().get(index);
        if (reduction.kept().isHost()) {
            slots[reduction.target()] = results[index][0];
        }
    }
}
