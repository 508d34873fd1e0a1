package dev.gradus.cpu;

import dev.gradus.cpu.simd.VectorApi;
import dev.gradus.cpu.simd.Kernels;
import dev.gradus.cpu.simd.Kernel;
import dev.gradus.program.Reduction;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.Projection;
import dev.gradus.program.Stage;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Runs passes as compiled kernels, and the few elements that do not fill a vector in the interpreter, which
/// also runs what has no kernel, or not yet. The bits are the interpreter's.
///
/// @param <A> the array that holds a block
final class Simd<A> implements Backend {
    /// One run in so many is timed, and every one of so many elements.
    private static final int TIMED = 16;

    private static final int LONG = 1 << 14;

    private final Interpreter<A> interpreter;
    private final Blocks<A> blocks;
    private final Workspace workspace;
    private final ElementType type;
    private final int bits;
    private final boolean eager;
    private Object[] own = {};
    private Object[] exchanged = {};
    private int runs;

    /// @param type the arithmetic type
    /// @param bits the width of vectors, or [VectorApi#PREFERRED]
    /// @param eager whether kernels are used at once, rather than when they are fast
    Simd(Blocks<A> blocks, Workspace workspace, ElementType type, int bits, boolean eager) {
        this.interpreter = new Interpreter<>(blocks, workspace);
        this.blocks = blocks;
        this.workspace = workspace;
        this.type = type;
        this.bits = bits;
        this.eager = eager;
    }

    /// A kernel with the memory of one parameter; no kernel for a pass that has to be interpreted.
    static final class Bound {
        private static final Bound INTERPRETED =
                new Bound(null, new int[0], false, new Instruction[0], new double[0][], new int[0], 0);

        private final Kernels.@Nullable Entry kernel;

        /// The operands that lie in memory of the parameter, and where.
        private final int[] operands;

        private final MemorySegment[] segments;

        /// The keys of their random numbers, and what gives them, if anything does.
        private final long[] keys;

        private final @Nullable RandomKey[] rounding;

        private boolean hasRounding;

        /// The state of the binding that its memory was taken from.
        private int changes = -1;

        /// Whether elements are stored in 8 bits, a block at a time.
        private final boolean storesBlocks;

        /// What passes through blocks of the interpreter.
        private final Instruction[] exchanges;

        /// What has a number for each run, by exchange.
        private final double[] @Nullable [] rows;

        /// Whether the interpreter has a part in that.
        private final boolean needsInterpreter;

        /// The reductions that the kernel performs, and the length of their runs and of those that have a
        /// number.
        private final int[] reductions;

        private final long run;

        Bound(
                Kernels.@Nullable Entry kernel,
                int[] operands,
                boolean storesBlocks,
                Instruction[] exchanges,
                double[] @Nullable [] rows,
                int[] reductions,
                long run) {
            this.kernel = kernel;
            this.operands = operands;
            this.segments = new MemorySegment[operands.length];
            this.keys = new long[operands.length];
            this.rounding = new RandomKey[operands.length];
            this.storesBlocks = storesBlocks;
            this.exchanges = exchanges;
            this.rows = rows;
            this.needsInterpreter = IntStream.range(0, exchanges.length)
                    .anyMatch(i -> exchanges[i].op() != Op.STORE && rows[i] == null);
            this.reductions = reductions;
            this.run = run;
        }

        /// Takes the memory of this step, and says whether the kernel is for its kind.
        private boolean rebind(BoundVariant binding) {
            if (kernel == null) {
                return true;
            }
            if (changes == binding.changes) {
                drawKeys();
                return true;
            }
            boolean same = true;
            hasRounding = false;
            for (int i = 0; i < operands.length; i++) {
                if (operands[i] < 0 || binding.scratchIndex(operands[i]) < 0) {
                    Tensor tensor = tensor(binding, operands[i]);
                    segments[i] = tensor.memory();
                    rounding[i] = tensor.rounding();
                    hasRounding |= tensor.rounding() != null;
                    same &= kernel.stored(i).isOf(tensor) && segments[i].getClass() == kernel.kind(i);
                }
            }
            changes = binding.changes;
            drawKeys();
            return same;
        }

        private void drawKeys() {
            for (int i = 0; hasRounding && i < rounding.length; i++) {
                RandomKey source = rounding[i];
                keys[i] = source == null ? 0 : source.key();
            }
        }
    }

    @Override
    public void prepare(BoundVariant binding, int index) {
        if (!eager && !binding.usesKernels) {
            return;
        }
        Bound bound = binding.kernels[index];
        if (bound == null || !bound.rebind(binding)) {
            bound = bind(binding, index);
            binding.kernels[index] = bound;
        }
    }

    @Override
    public void run(BoundVariant binding, int index, long from, long to) {
        Bound bound = binding.kernels[index];
        if (bound == null) {
            interpreter.run(binding, index, from, to);
            return;
        }
        Kernel kernel = bound.kernel == null ? null : bound.kernel.ready();
        long elements = to - from;
        boolean isTimed = bound.kernel != null && elements >= Blocks.SIZE && (elements >= LONG || ++runs % TIMED == 0);
        long start = isTimed ? System.nanoTime() : 0;
        if (kernel == null) {
            interpreter.run(binding, index, from, to);
        } else {
            run(kernel, bound, binding, index, from, to);
        }
        if (isTimed && bound.kernel != null) {
            double perElement = (double) (System.nanoTime() - start) / (to - from);
            if (kernel == null) {
                bound.kernel.interpretedIn(perElement);
            } else {
                bound.kernel.ranIn(perElement);
            }
        }
    }

    private void run(Kernel kernel, Bound bound, BoundVariant binding, int index, long from, long to) {
        boolean byRuns = bound.run > 0;
        if (!byRuns && !bound.needsInterpreter) {
            span(kernel, bound, binding, index, from, to);
            return;
        }
        int most = bound.needsInterpreter ? Blocks.SIZE : Reduction.PART;
        long start = from;
        while (start < to) {
            long end = byRuns ? spanEnd(start, bound.run, most) : start + most;
            end = Math.min(end, to);
            span(kernel, bound, binding, index, start, end);
            start = end;
        }
    }

    /// Where to cut so that kernels reduce whole blocks of runs: after some runs, or within one after some
    /// blocks.
    private static long spanEnd(long start, long run, int most) {
        if (run <= most) {
            return start + most / run * run;
        }
        return start + Math.min(most, run - start % run);
    }

    private void span(Kernel kernel, Bound bound, BoundVariant binding, int index, long start, long end) {
        int step = kernel.lanes();
        if (bound.storesBlocks) {
            step = EightBit.BLOCK;
        } else if (bound.reductions.length > 0) {
            step = Math.max(step, Reduction.LANES);
        }
        long whole = end - (end - start) % step;
        if (bound.exchanges.length > 0) {
            if (whole < end && bound.needsInterpreter) {
                interpreter.run(binding, index, start, end);
                return;
            }
            exchange(bound, binding, index, start, (int) (end - start), Op.LOAD);
        }
        if (whole > start) {
            int width = bound.reductions.length * Reduction.LANES;
            double[] left = workspace.leftByKernels(width == 0 ? 0 : width * blocks(bound.run, start, whole));
            kernel.run(
                    bound.segments,
                    workspace.scratch,
                    workspace.base,
                    exchanged,
                    binding.slots,
                    bound.keys,
                    left,
                    bound.run,
                    bound.run == 0 ? 0 : bound.run - start % bound.run,
                    start,
                    whole);
            for (int i = 0; i < bound.reductions.length; i++) {
                int reduction = bound.reductions[i];
                binding.accumulator(reduction)
                        .addLanes(workspace.lanes(reduction), left, i * Reduction.LANES, width, start, whole);
            }
        }
        if (whole < end) {
            interpreter.start(binding, binding.variant.passes().get(index));
            interpreter.block(binding, index, whole, (int) (end - whole));
        }
        exchange(bound, binding, index, start, (int) (end - start), Op.REDUCE);
    }

    /// The number of blocks that elements `start` … `end − 1` are parts of; each run has blocks of its own.
    private static int blocks(long run, long start, long end) {
        return (int) (blocksUpTo(run, end, Reduction.BLOCK - 1) - blocksUpTo(run, start, 0));
    }

    /// The number of blocks before an element; with `more` one less than a block, those that are begun count, too.
    private static long blocksUpTo(long run, long element, int more) {
        long perRun = (run + Reduction.BLOCK - 1) / Reduction.BLOCK;
        return element / run * perRun + (element % run + more) / Reduction.BLOCK;
    }

    /// Fills the blocks that are loaded, or empties those that are reduced.
    private void exchange(Bound bound, BoundVariant binding, int index, long start, int count, Op op) {
        for (int i = 0; i < bound.exchanges.length; i++) {
            Instruction in = bound.exchanges[i];
            A block = block(i);
            exchanged[i] = bound.rows[i] == null ? block : bound.rows[i];
            if (bound.rows[i] != null) {
                continue;
            }
            if (in.op() == op && op == Op.LOAD) {
                interpreter.load(binding, index, in.a(), start, block, count);
            } else if (in.op() == op) {
                interpreter.reduce(binding, in.target(), block, start, count);
            }
        }
    }

    @SuppressWarnings("unchecked") // the blocks of this backend allocated them
    private A block(int index) {
        if (index >= own.length) {
            int before = own.length;
            own = Arrays.copyOf(own, index + 1);
            exchanged = Arrays.copyOf(exchanged, index + 1);
            for (int i = before; i < own.length; i++) {
                own[i] = blocks.allocate();
            }
        }
        return (A) own[index];
    }

    /// What a pass is compiled to with the memory of one parameter.
    private record Plan(
            Kernels.Key key,
            boolean storesBlocks,
            List<Instruction> exchanges,
            double[] @Nullable [] rows,
            List<Integer> reductions,
            long run) {}

    private Bound bind(BoundVariant binding, int index) {
        Plan plan = plan(binding, index);
        if (plan == null) {
            return Bound.INTERPRETED;
        }
        Bound bound = new Bound(
                Kernels.of(plan.key, eager),
                plan.key.operands().stream().mapToInt(operand -> operand).toArray(),
                plan.storesBlocks,
                plan.exchanges.toArray(Instruction[]::new),
                plan.rows,
                plan.reductions.stream().mapToInt(reduction -> reduction).toArray(),
                plan.run);
        bound.rebind(binding);
        return bound;
    }

    /// The kernel of a pass, or null where it has to be interpreted.
    Kernels.@Nullable Key key(BoundVariant binding, int index) {
        Plan plan = plan(binding, index);
        return plan == null ? null : plan.key;
    }

    private @Nullable Plan plan(BoundVariant binding, int index) {
        Pass pass = binding.variant.passes().get(index);
        boolean reduces = pass.code().stream().anyMatch(in -> in.op() == Op.REDUCE);
        long reduced = commonRun(binding, pass);
        long run = reduces ? reduced : commonRow(binding, index);
        List<Integer> operands = new ArrayList<>();
        List<Instruction> exchanges = new ArrayList<>();
        List<Integer> reductions = new ArrayList<>();
        List<Expr.Reduction> kinds = new ArrayList<>();
        boolean storesBlocks = false;
        for (Instruction in : pass.code()) {
            switch (in.op()) {
                case REDUCE -> {
                    if (reduced > 0) {
                        reductions.add(in.target());
                        kinds.add(binding.accumulator(in.target()).kind());
                    } else {
                        exchanges.add(in);
                    }
                }
                case LOAD, STORE -> {
                    int operand = in.op() == Op.LOAD ? in.a() : in.target();
                    if (isDirect(binding, index, operand)) {
                        if (!operands.contains(operand)) {
                            operands.add(operand);
                        }
                        if (in.op() == Op.STORE && binding.scratchIndex(operand) < 0) {
                            Tensor tensor = binding.operand(operand);
                            if (tensor.rounded() != null) {
                                operands.add(~operand);
                            }
                            if (tensor.type().isEightBit()) {
                                storesBlocks = true;
                                exchanges.add(in);
                            }
                        }
                    } else if (in.op() == Op.STORE) {
                        return null;
                    } else {
                        exchanges.add(in);
                    }
                }
                default -> {}
            }
        }
        List<Integer> scratch = new ArrayList<>();
        List<Class<?>> classes = new ArrayList<>();
        List<Kernels.Stored> stored = new ArrayList<>();
        for (int operand : operands) {
            scratch.add(operand < 0 ? -1 : binding.scratchIndex(operand));
            if (scratch.getLast() >= 0) {
                classes.add(Scratch.KIND);
                stored.add(new Kernels.Stored(type, false));
            } else {
                Tensor tensor = tensor(binding, operand);
                classes.add(tensor.memory().getClass());
                stored.add(new Kernels.Stored(tensor));
            }
        }
        double[] @Nullable [] rows = new double[exchanges.size()] @Nullable [];
        List<Integer> byRows = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            Instruction in = exchanges.get(i);
            if (in.op() == Op.LOAD && run > 0 && rowOf(binding, index, in.a()) == run) {
                rows[i] = binding.reduced(in.a());
                byRows.add(i);
            }
        }
        Kernels.Key key = new Kernels.Key(
                pass,
                operands,
                scratch,
                exchanges.size(),
                byRows,
                kinds,
                runs(binding, pass, run),
                type,
                bits,
                stored,
                List.copyOf(classes));
        return new Plan(key, storesBlocks, exchanges, rows, reductions, run);
    }

    private static Kernels.Runs runs(BoundVariant binding, Pass pass, long run) {
        if (run == 0) {
            return Kernels.Runs.NONE;
        }
        boolean areParts = Stage.reducesToNumber(pass, binding.variant.reductions());
        return areParts ? Kernels.Runs.PARTS : Kernels.Runs.ofRows(run);
    }

    /// The length of the runs of all reductions of a pass, or 0 where a kernel cannot perform them.
    private static long commonRun(BoundVariant binding, Pass pass) {
        long run = 0;
        for (Instruction in : pass.code()) {
            if (in.op() == Op.REDUCE) {
                Accumulator accumulator = binding.accumulator(in.target());
                boolean isByRuns = accumulator.isByRuns() && accumulator.run() > 0;
                if (!isByRuns || run > 0 && run != accumulator.run()) {
                    return 0;
                }
                run = accumulator.run();
            }
        }
        return fits(binding, pass, run) ? run : 0;
    }

    /// Whether kernels can go through runs of a length.
    private static boolean fits(BoundVariant binding, Pass pass, long run) {
        return run % (binding.goesByStretches(pass) ? EightBit.BLOCK : Reduction.LANES) == 0;
    }

    /// The length of the rows that a pass which reduces nothing has numbers for, or 0 where there are none or a
    /// kernel cannot go by them.
    private static long commonRow(BoundVariant binding, int index) {
        Pass pass = binding.variant.passes().get(index);
        long run = 0;
        for (Instruction in : pass.code()) {
            long row = in.op() == Op.LOAD ? rowOf(binding, index, in.a()) : 0;
            if (row > 0) {
                if (run > 0 && run != row || !fits(binding, pass, row)) {
                    return 0;
                }
                run = row;
            }
        }
        return run;
    }

    /// The number of elements for each of which an operand has one number, or 0 where that is not so.
    private static long rowOf(BoundVariant binding, int index, int operand) {
        Projection projection = binding.projection(index, operand);
        if (projection == null || !projection.isByRows() || binding.reduced(operand) == null) {
            return 0;
        }
        return projection.run();
    }

    /// Whether a kernel can load and store the operand as it lies in memory.
    private boolean isDirect(BoundVariant binding, int index, int operand) {
        if (binding.scratchIndex(operand) >= 0) {
            return true;
        }
        Tensor tensor = binding.operand(operand);
        return !binding.isNoise(operand)
                && isDirect(tensor)
                && (tensor.rounded() == null || isDirect(tensor.rounded()))
                && binding.projection(index, operand) == null;
    }

    /// Whether kernels know how the elements are stored.
    private boolean isDirect(Tensor tensor) {
        return tensor.type() == type || tensor.type().arithmetic() == type;
    }

    /// What an operand of a kernel is: of its complement, the narrower copy.
    private static Tensor tensor(BoundVariant binding, int operand) {
        return operand >= 0
                ? binding.operand(operand)
                : Objects.requireNonNull(binding.operand(~operand).rounded());
    }
}
