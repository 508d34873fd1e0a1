package dev.gradus.cpu;

import dev.gradus.cpu.simd.KernelEntry;
import dev.gradus.engine.RandomKey;
import dev.gradus.engine.Tensor;
import dev.gradus.program.Op;
import dev.gradus.program.Pass.Instruction;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A kernel bound to the memory of one parameter; no kernel for a pass that has to be interpreted.
final class BoundKernel {
    static final BoundKernel INTERPRETED =
            new BoundKernel(null, new int[0], false, new Instruction[0], new double[0][], new int[0], 0);

    final @Nullable KernelEntry entry;

    /// The operands that lie in memory of the parameter, and where.
    private final int[] operands;

    final MemorySegment[] segments;

    /// The keys of their random numbers, and the source of each key.
    final long[] keys;

    private final @Nullable RandomKey[] rounding;

    private boolean hasRounding;

    /// The state of the operands that the segments were taken from.
    private int changes = -1;

    /// Whether elements are stored in 8 bits, a block at a time.
    final boolean storesBlocks;

    /// The loads, stores and reductions that pass through blocks of the interpreter.
    final Instruction[] exchanges;

    /// The numbers of runs, by exchange, or null where it is of elements.
    final double[] @Nullable [] rows;

    /// Whether the interpreter has a part in the exchanges.
    final boolean needsInterpreter;

    /// The reductions that the kernel performs.
    final int[] reductions;

    /// The length of the runs that are reduced or have a number, or 0.
    final long run;

    BoundKernel(
            @Nullable KernelEntry entry,
            int[] operands,
            boolean storesBlocks,
            Instruction[] exchanges,
            double[] @Nullable [] rows,
            int[] reductions,
            long run) {
        this.entry = entry;
        this.operands = operands;
        this.segments = new MemorySegment[operands.length];
        this.keys = new long[operands.length];
        this.rounding = new RandomKey[operands.length];
        this.storesBlocks = storesBlocks;
        this.exchanges = exchanges;
        this.rows = rows;
        this.needsInterpreter =
                IntStream.range(0, exchanges.length).anyMatch(i -> exchanges[i].op() != Op.STORE && rows[i] == null);
        this.reductions = reductions;
        this.run = run;
    }

    /// Binds the memory of this step, and says whether the kernel is for its kind.
    boolean rebind(Operands memory) {
        if (entry == null) {
            return true;
        }
        if (changes == memory.changes()) {
            drawKeys();
            return true;
        }
        boolean same = true;
        hasRounding = false;
        for (int i = 0; i < operands.length; i++) {
            if (operands[i] < 0 || memory.scratch(operands[i]) < 0) {
                Tensor tensor = memory.kernelTensor(operands[i]);
                segments[i] = tensor.memory();
                rounding[i] = tensor.rounding();
                hasRounding |= tensor.rounding() != null;
                same &= entry.stored(i).isOf(tensor) && segments[i].getClass() == entry.kind(i);
            }
        }
        changes = memory.changes();
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
