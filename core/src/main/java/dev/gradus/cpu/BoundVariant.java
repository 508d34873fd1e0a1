package dev.gradus.cpu;

import dev.gradus.cpu.CpuProgram.CutVariant;
import dev.gradus.engine.RegisterLoader;
import dev.gradus.engine.TaskInputs;
import dev.gradus.engine.TaskMemory;
import dev.gradus.engine.Tensor;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.HostCode;
import dev.gradus.program.Reduction;
import dev.gradus.program.Stage;
import dev.gradus.program.Variant;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A variant bound to the memory of one parameter, which it runs stage by stage and chunk by chunk.
final class BoundVariant {
    /// Rows of about this many elements are taken through their passes together: enough for memory to reach its full
    /// speed in each, and no more than stay in a second-level cache.
    private static final int AT_ONCE = 4 * Reduction.PART;

    private final CutVariant cut;
    private final Variant variant;
    private final VariantMemory memory;
    private final RegisterLoader inputs;

    /// The parameter's shape as it is.
    private final Shape whole;

    /// The number of elements, and of rows.
    private final long elements;

    private final long rows;

    /// How many elements each pass has, and how many of them in a row.
    private final long[] elementsOf;

    private final long[] perRow;

    private final Extent[] extents;

    /// How a stage is cut: into units, some of which make a chunk.
    private record Extent(long units, long chunk) {}

    /// @param shape of the elements that the steps run on: the parameter, or rows of it
    /// @param whole the parameter's
    BoundVariant(CutVariant cut, Shape shape, Shape whole, TaskMemory memory) {
        this.cut = cut;
        this.variant = cut.variant();
        this.whole = whole;
        Shape merged = variant.merged().merge(shape);
        this.memory = new VariantMemory(variant, merged, memory);
        this.inputs = new RegisterLoader(variant.inputs(), this.memory.registers(), whole, memory);
        this.elements = merged.elements();
        this.rows = merged.rank() == 0 ? 1 : merged.size(0);
        this.elementsOf = variant.passes().stream()
                .mapToLong(pass -> merged.elements(pass.axes()))
                .toArray();
        this.perRow =
                Arrays.stream(elementsOf).map(of -> rows == 0 ? 0 : of / rows).toArray();
        this.extents = new Extent[variant.stages().size()];
        Arrays.setAll(extents, this::extent);
    }

    private Extent extent(int index) {
        return switch (cut.divisions()[index]) {
            case WHOLE -> new Extent(1, 1);
            case ELEMENTS, PARTS -> new Extent(elements, Reduction.PART);
            case ROWS, ROWS_AND_PARTS -> {
                long unit = 1;
                for (int pass : variant.stages().get(index).passes()) {
                    long length = perRow[pass];
                    if (length > 0 && cut.toNumber()[pass]) {
                        unit = multiple(unit, Reduction.PART / divisor(Reduction.PART, length));
                    }
                    if (length > 0 && memory.goesByStretches(variant.passes().get(pass))) {
                        unit = multiple(unit, EightBit.BLOCK / divisor(EightBit.BLOCK, length));
                    }
                }
                long most = rows == 0 || elements == 0 ? 1 : AT_ONCE / (elements / rows);
                yield new Extent(rows, Math.max(most / unit * unit, unit));
            }
        };
    }

    private static long multiple(long a, long b) {
        return a / divisor(a, b) * b;
    }

    private static long divisor(long a, long b) {
        return b == 0 ? a : divisor(b, a % b);
    }

    Variant variant() {
        return variant;
    }

    /// Begins a step.
    ///
    /// @param gradient null only for a program that reads none
    void begin(@Nullable Tensor gradient, TaskInputs values) {
        inputs.load(values);
        if (gradient != null) {
            memory.operands().bindGradient(gradient);
        }
    }

    /// The host scalars, by register.
    double[] registers() {
        return memory.registers();
    }

    private boolean isStopped() {
        return variant.commit() >= 0 && registers()[variant.commit()] == 0;
    }

    /// Whether stages leave each other values of the parameter's own shape.
    boolean keepsScratch() {
        return cut.keepsScratch();
    }

    /// Whether a stage writes to the parameter or its states.
    boolean writes(int stage) {
        return cut.writes()[stage];
    }

    /// Whether a stage is skipped, as far as is known before it.
    private boolean isSkipped(Stage stage) {
        return stage.level() >= variant.commitLevel() && isStopped();
    }

    /// Prepares the kernels of all passes.
    ///
    /// @param active the variant that has the gradient of the step
    void prepareKernels(BoundVariant active, Worker worker) {
        memory.useKernels();
        Tensor gradient = active.memory.operands().gradient();
        if (gradient != null) {
            memory.operands().bindGradient(gradient);
        }
        for (int pass = 0; pass < variant.passes().size(); pass++) {
            backend(pass, worker).prepare(memory, pass);
        }
    }

    /// Computes the host scalars before a stage, and prepares its passes.
    ///
    /// @param common scratch memory for values that outlive the stage, or null for the thread's own
    /// @return the number of chunks that threads may run side by side, each once, before [#finish]; none where the
    ///     stage has no work
    long prepare(int index, Worker worker, @Nullable Scratch common) {
        Stage stage = variant.stages().get(index);
        if (stage.isFirst()) {
            computeScalars(stage.level(), worker.workspace);
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
            backend(pass, worker).prepare(memory, pass);
            memory.startReductions(pass);
        }
        Extent extent = extents[index];
        return (extent.units + extent.chunk - 1) / extent.chunk;
    }

    private void computeScalars(int level, Workspace workspace) {
        if (level == 0) {
            workspace.memo.run(variant.early(), inputs, memory.registers(), workspace.power);
        } else {
            HostCode.run(variant.late()[level], memory.registers(), workspace.power);
        }
    }

    private void transform(int level, Scratch scratchMemory) {
        List<Variant.Transform> transforms = variant.transforms();
        for (int i = 0; i < transforms.size(); i++) {
            Variant.Transform transform = transforms.get(i);
            if (transform.level() == level) {
                ElementType type = memory.type();
                Operands operands = memory.operands();
                long bytes = whole.elements() * type.bytes();
                MemorySegment[] segments = scratchMemory.require(operands.scratchCount(), bytes);
                transform
                        .function()
                        .apply(
                                segments[operands.scratch(transform.from())].asSlice(0, bytes),
                                segments[operands.scratch(transform.to())].asSlice(0, bytes),
                                whole,
                                type);
            }
        }
    }

    /// Runs one chunk of a stage.
    ///
    /// @param common scratch memory for values that outlive the stage, or null for the thread's own
    void run(int index, long chunk, Worker worker, @Nullable Scratch common) {
        Extent extent = extents[index];
        long from = chunk * extent.chunk;
        runUnits(index, from, Math.min(from + extent.chunk, extent.units), worker, common);
    }

    /// Runs a stage on one thread: in one go, or some rows at a time where that keeps them in the cache.
    void runWhole(int index, Worker worker) {
        Extent extent = extents[index];
        long step = variant.stages().get(index).isJoined() ? extent.chunk : extent.units;
        for (long from = 0; from < extent.units; from += step) {
            runUnits(index, from, Math.min(from + step, extent.units), worker, null);
        }
    }

    private void runUnits(int index, long from, long to, Worker worker, @Nullable Scratch common) {
        Stage stage = variant.stages().get(index);
        Division division = cut.divisions()[index];
        boolean byRows = division.isByRows();
        if (memory.operands().scratchCount() > 0) {
            bindScratch(byRows, from, to, worker, common);
        }
        for (int i = 0; i < stage.passes().size(); i++) {
            int pass = stage.passes().get(i);
            long unit = byRows ? perRow[pass] : 1;
            boolean isWhole = division == Division.WHOLE;
            long end = isWhole ? elementsOf[pass] : to * unit;
            backend(pass, worker).run(memory, pass, isWhole ? 0 : from * unit, end);
        }
    }

    /// Reserves common scratch memory before threads use it.
    void reserve(Scratch common) {
        if (keepsScratch()) {
            MemorySegment[] ignored = common.require(
                    memory.operands().scratchCount(), elements * memory.type().bytes());
        }
    }

    /// Values that outlive a stage need memory for all elements, others for the elements of the chunk.
    private void bindScratch(boolean byRows, long from, long to, Worker worker, @Nullable Scratch common) {
        Workspace workspace = worker.workspace;
        int count = memory.operands().scratchCount();
        int bytes = memory.type().bytes();
        if (keepsScratch() || !byRows) {
            Scratch lasting = common == null ? workspace.own : common;
            workspace.useScratch(lasting.require(count, elements * bytes), 0);
        } else {
            long length = rows == 0 ? 0 : elements / rows;
            workspace.useScratch(workspace.own.require(count, (to - from) * length * bytes), from * length);
        }
    }

    private Backend backend(int pass, Worker worker) {
        return variant.passes().get(pass).isFull() ? worker.arithmetic(memory.type()) : worker.wide();
    }

    /// Completes a stage after its last chunk: numbers that it reduced go to their registers.
    void finish(int index) {
        Stage stage = variant.stages().get(index);
        if (!isSkipped(stage)) {
            for (int i = 0; i < stage.passes().size(); i++) {
                memory.finishReductions(stage.passes().get(i));
            }
        }
    }
}
