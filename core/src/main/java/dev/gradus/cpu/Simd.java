package dev.gradus.cpu;

import dev.gradus.cpu.simd.Kernel;
import dev.gradus.cpu.simd.KernelEntry;
import dev.gradus.cpu.simd.KernelUse;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.Op;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
import java.util.Arrays;

/// Runs passes as compiled kernels, and the few elements that do not fill a vector in the interpreter, which also
/// runs passes that have no kernel, or not yet. The bits are the interpreter's.
///
/// @param <A> the array that holds a block
final class Simd<A> implements Backend {
    /// One run in this many is timed, and every run of at least [#LONG] elements.
    private static final int TIMED = 16;

    private static final int LONG = 1 << 14;

    private final Interpreter<A> interpreter;
    private final Blocks<A> blocks;
    private final Workspace workspace;
    private final ElementType type;
    private final KernelUse kernels;
    private Object[] own = {};
    private Object[] exchanged = {};
    private int runs;

    /// @param type the arithmetic type
    Simd(Blocks<A> blocks, Workspace workspace, ElementType type, KernelUse kernels) {
        this.interpreter = new Interpreter<>(blocks, workspace);
        this.blocks = blocks;
        this.workspace = workspace;
        this.type = type;
        this.kernels = kernels;
    }

    @Override
    public void prepare(VariantMemory memory, int index) {
        if (!kernels.eager() && !memory.usesKernels()) {
            return;
        }
        BoundKernel bound = memory.kernel(index);
        if (bound == null || !bound.rebind(memory.operands())) {
            memory.bindKernel(index, bind(memory, index));
        }
    }

    @Override
    public void run(VariantMemory memory, int index, long from, long to) {
        BoundKernel bound = memory.kernel(index);
        if (bound == null) {
            interpreter.run(memory, index, from, to);
            return;
        }
        KernelEntry entry = bound.entry;
        Kernel kernel = entry == null ? null : entry.active();
        long elements = to - from;
        boolean isTimed = entry != null && elements >= Blocks.SIZE && (elements >= LONG || ++runs % TIMED == 0);
        long start = isTimed ? System.nanoTime() : 0;
        if (kernel == null) {
            interpreter.run(memory, index, from, to);
        } else {
            run(kernel, bound, memory, index, from, to);
        }
        if (isTimed && entry != null) {
            double perElement = (double) (System.nanoTime() - start) / (to - from);
            if (kernel == null) {
                entry.interpretedIn(perElement);
            } else {
                entry.ranIn(perElement);
            }
        }
    }

    private void run(Kernel kernel, BoundKernel bound, VariantMemory memory, int index, long from, long to) {
        boolean byRuns = bound.run > 0;
        if (!byRuns && !bound.needsInterpreter) {
            span(kernel, bound, memory, index, from, to);
            return;
        }
        int most = bound.needsInterpreter ? Blocks.SIZE : Reduction.PART;
        long start = from;
        while (start < to) {
            long end = byRuns ? spanEnd(start, bound.run, most) : start + most;
            end = Math.min(end, to);
            span(kernel, bound, memory, index, start, end);
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

    private void span(Kernel kernel, BoundKernel bound, VariantMemory memory, int index, long start, long end) {
        int step = kernel.lanes();
        if (bound.storesBlocks) {
            step = EightBit.BLOCK;
        } else if (bound.reductions.length > 0) {
            step = Math.max(step, Reduction.LANES);
        }
        long whole = end - (end - start) % step;
        if (bound.exchanges.length > 0) {
            if (whole < end && bound.needsInterpreter) {
                interpreter.run(memory, index, start, end);
                return;
            }
            exchange(bound, memory, index, start, (int) (end - start), Op.LOAD);
        }
        if (whole > start) {
            int width = bound.reductions.length * Reduction.LANES;
            double[] left = workspace.leftByKernels(width == 0 ? 0 : width * blocks(bound.run, start, whole));
            kernel.run(
                    bound.segments,
                    workspace.scratch(),
                    workspace.base(),
                    exchanged,
                    memory.registers(),
                    bound.keys,
                    left,
                    bound.run,
                    bound.run == 0 ? 0 : bound.run - start % bound.run,
                    start,
                    whole);
            for (int i = 0; i < bound.reductions.length; i++) {
                int reduction = bound.reductions[i];
                memory.accumulator(reduction)
                        .addLanes(workspace.lanes(reduction), left, i * Reduction.LANES, width, start, whole);
            }
        }
        if (whole < end) {
            interpreter.start(memory, memory.pass(index));
            interpreter.block(memory, index, whole, (int) (end - whole));
        }
        exchange(bound, memory, index, start, (int) (end - start), Op.REDUCE);
    }

    /// The number of blocks that elements `start` … `end − 1` are parts of; each run has blocks of its own.
    private static int blocks(long run, long start, long end) {
        return (int) (blocksUpTo(run, end, Reduction.BLOCK - 1) - blocksUpTo(run, start, 0));
    }

    /// The number of blocks before an element; with `more` one less than a block, begun blocks count, too.
    private static long blocksUpTo(long run, long element, int more) {
        long perRun = (run + Reduction.BLOCK - 1) / Reduction.BLOCK;
        return element / run * perRun + (element % run + more) / Reduction.BLOCK;
    }

    /// Fills the blocks that the kernel loads, or reduces the blocks that it leaves.
    private void exchange(BoundKernel bound, VariantMemory memory, int index, long start, int count, Op op) {
        for (int i = 0; i < bound.exchanges.length; i++) {
            Instruction in = bound.exchanges[i];
            A block = block(i);
            exchanged[i] = bound.rows[i] == null ? block : bound.rows[i];
            if (bound.rows[i] != null) {
                continue;
            }
            if (in.op() == op && op == Op.LOAD) {
                interpreter.load(memory, index, in.a(), start, block, count);
            } else if (in.op() == op) {
                interpreter.reduce(memory, in.target(), block, start, count);
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

    private BoundKernel bind(VariantMemory memory, int index) {
        KernelPlan plan = KernelPlan.of(memory, index, type, kernels.bits());
        return plan == null ? BoundKernel.INTERPRETED : plan.bind(kernels.entry(plan.key()), memory.operands());
    }
}
