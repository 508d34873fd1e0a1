package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelEntry;
import dev.gradus.cpu.simd.KernelKey;
import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.Projection;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The division of a pass between a kernel and the interpreter, for the memory of one parameter.
///
/// @param storesBlocks whether elements are stored in 8 bits, a block at a time
/// @param exchanges the loads, stores and reductions that pass through blocks of the interpreter
/// @param rows the numbers of runs, by exchange, or null where it is of elements
/// @param reductions the reductions that the kernel performs
/// @param run the length of the runs that are reduced or have a number, or 0
record KernelPlan(
        KernelKey key,
        boolean storesBlocks,
        List<Instruction> exchanges,
        double[] @Nullable [] rows,
        List<Integer> reductions,
        long run) {

    /// Binds the kernel to the memory that it was planned for.
    BoundKernel bind(KernelEntry entry, Operands operands) {
        BoundKernel bound = new BoundKernel(
                entry,
                key.operands().stream().mapToInt(operand -> operand).toArray(),
                storesBlocks,
                exchanges.toArray(Instruction[]::new),
                rows,
                reductions.stream().mapToInt(reduction -> reduction).toArray(),
                run);
        boolean ignored = bound.rebind(operands);
        return bound;
    }

    /// Plans a pass; null where it has to be interpreted.
    ///
    /// @param type the arithmetic type
    /// @param bits the width of vectors
    static @Nullable KernelPlan of(VariantMemory memory, int index, ElementType type, int bits) {
        Pass pass = memory.pass(index);
        boolean reduces = pass.code().stream().anyMatch(in -> in.op() == Op.REDUCE);
        long reduced = commonRun(memory, pass);
        long run = reduces ? reduced : commonRow(memory, index);
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
                        kinds.add(memory.accumulator(in.target()).kind());
                    } else {
                        exchanges.add(in);
                    }
                }
                case LOAD, STORE -> {
                    int operand = in.op() == Op.LOAD ? in.a() : in.target();
                    if (isDirect(memory, index, operand, type)) {
                        if (!operands.contains(operand)) {
                            operands.add(operand);
                        }
                        if (in.op() == Op.STORE && memory.operands().scratch(operand) < 0) {
                            Tensor tensor = memory.operands().tensor(operand);
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
        List<KernelKey.Stored> stored = new ArrayList<>();
        for (int operand : operands) {
            scratch.add(operand < 0 ? -1 : memory.operands().scratch(operand));
            if (scratch.getLast() >= 0) {
                classes.add(Scratch.KIND);
                stored.add(new KernelKey.Stored(type, false));
            } else {
                Tensor tensor = memory.operands().kernelTensor(operand);
                classes.add(tensor.memory().getClass());
                stored.add(new KernelKey.Stored(tensor));
            }
        }
        double[] @Nullable [] rows = new double[exchanges.size()] @Nullable [];
        List<Integer> byRows = new ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            Instruction in = exchanges.get(i);
            if (in.op() == Op.LOAD && run > 0 && rowOf(memory, index, in.a()) == run) {
                rows[i] = memory.operands().reduced(in.a());
                byRows.add(i);
            }
        }
        KernelKey key = new KernelKey(
                pass,
                operands,
                scratch,
                exchanges.size(),
                byRows,
                kinds,
                runs(memory, pass, run),
                type,
                bits,
                stored,
                List.copyOf(classes));
        return new KernelPlan(key, storesBlocks, exchanges, rows, reductions, run);
    }

    private static KernelKey.Runs runs(VariantMemory memory, Pass pass, long run) {
        if (run == 0) {
            return KernelKey.Runs.NONE;
        }
        boolean areParts = pass.reducesToNumber(memory.variant().reductions());
        return areParts ? KernelKey.Runs.PARTS : KernelKey.Runs.ofRows(run);
    }

    /// The length of the runs of all reductions of a pass, or 0 where a kernel cannot perform them.
    private static long commonRun(VariantMemory memory, Pass pass) {
        long run = 0;
        for (Instruction in : pass.code()) {
            if (in.op() == Op.REDUCE) {
                Accumulator accumulator = memory.accumulator(in.target());
                boolean isByRuns = accumulator.isByRuns() && accumulator.run() > 0;
                if (!isByRuns || run > 0 && run != accumulator.run()) {
                    return 0;
                }
                run = accumulator.run();
            }
        }
        return fits(memory, pass, run) ? run : 0;
    }

    /// Whether kernels can go through runs of a length.
    private static boolean fits(VariantMemory memory, Pass pass, long run) {
        return run % (memory.goesByStretches(pass) ? EightBit.BLOCK : Reduction.LANES) == 0;
    }

    /// The length of the rows that a pass which reduces nothing has numbers for, or 0 where there are none or a
    /// kernel cannot go by them.
    private static long commonRow(VariantMemory memory, int index) {
        Pass pass = memory.pass(index);
        long run = 0;
        for (Instruction in : pass.code()) {
            long row = in.op() == Op.LOAD ? rowOf(memory, index, in.a()) : 0;
            if (row > 0) {
                if (run > 0 && run != row || !fits(memory, pass, row)) {
                    return 0;
                }
                run = row;
            }
        }
        return run;
    }

    /// The length of the rows for which an operand has one number each, or 0 where it has none.
    private static long rowOf(VariantMemory memory, int index, int operand) {
        Projection projection = memory.projection(index, operand);
        if (projection == null || !projection.isByRows() || memory.operands().reduced(operand) == null) {
            return 0;
        }
        return projection.run();
    }

    /// Whether a kernel can load and store the operand as it lies in memory.
    private static boolean isDirect(VariantMemory memory, int index, int operand, ElementType type) {
        if (memory.operands().scratch(operand) >= 0) {
            return true;
        }
        Tensor tensor = memory.operands().tensor(operand);
        return !memory.operands().isNoise(operand)
                && isDirect(tensor, type)
                && (tensor.rounded() == null || isDirect(tensor.rounded(), type))
                && memory.projection(index, operand) == null;
    }

    /// Whether kernels know how the elements are stored.
    private static boolean isDirect(Tensor tensor, ElementType type) {
        return tensor.type() == type || tensor.type().arithmetic() == type;
    }
}
