package dev.gradus.cpu;

import dev.gradus.engine.Tensor;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.program.Pass.Instruction;
import dev.gradus.program.Projection;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Runs passes block by block, on any JVM: the definition of what a program computes.
///
/// @param <A> the array that holds a block
final class Interpreter<A> implements Backend {
    private final Blocks<A> blocks;
    private final Workspace workspace;
    private final double[] wide = new double[Blocks.SIZE];
    private Object[] registers = new Object[0];

    Interpreter(Blocks<A> blocks, Workspace workspace) {
        this.blocks = blocks;
        this.workspace = workspace;
    }

    @Override
    public void prepare(VariantMemory memory, int pass) {
        // There is nothing to prepare.
    }

    @Override
    public void run(VariantMemory memory, int index, long from, long to) {
        start(memory, memory.pass(index));
        for (long start = from; start < to; start += Blocks.SIZE) {
            block(memory, index, start, (int) Math.min(Blocks.SIZE, to - start));
        }
    }

    /// Prepares for the blocks of a pass.
    void start(VariantMemory memory, Pass pass) {
        if (registers.length < pass.registers()) {
            int before = registers.length;
            registers = Arrays.copyOf(registers, pass.registers());
            for (int i = before; i < registers.length; i++) {
                registers[i] = blocks.allocate();
            }
        }
        for (int i = 0; i < pass.code().size(); i++) {
            Instruction in = pass.code().get(i);
            if (in.op() == Op.SPLAT) {
                blocks.fill(register(in.target()), 0, Blocks.SIZE, memory.registers()[in.a()]);
            }
        }
    }

    /// Runs the pass over one block.
    void block(VariantMemory memory, int index, long start, int count) {
        Pass pass = memory.pass(index);
        for (int i = 0; i < pass.code().size(); i++) {
            Instruction in = pass.code().get(i);
            switch (in.op()) {
                case SPLAT -> {}
                case LOAD -> load(memory, index, in.a(), start, register(in.target()), count);
                case STORE -> store(memory, in.target(), start, register(in.a()), count);
                case REDUCE -> reduce(memory, in.target(), register(in.a()), start, count);
                default ->
                    blocks.apply(
                            in.op(),
                            register(in.target()),
                            register(in.a()),
                            register(in.b()),
                            register(in.c()),
                            count);
            }
        }
    }

    /// Loads a block of an operand, broadcast where its axes are fewer than the pass's.
    void load(VariantMemory memory, int index, int operand, long start, A target, int count) {
        int scratch = memory.operands().scratch(operand);
        if (scratch >= 0) {
            blocks.load(memory.type(), workspace.scratch()[scratch], start - workspace.base(), target, 0, count);
            return;
        }
        Tensor from = memory.operands().tensor(operand);
        if (memory.operands().isNoise(operand)) {
            blocks.draw(Objects.requireNonNull(from.rounding()).key(), start, target, count);
            return;
        }
        Projection projection = memory.projection(index, operand);
        if (projection == null) {
            blocks.load(from.type(), from.memory(), start, target, 0, count);
        } else {
            broadcast(from.type(), from.memory(), projection, start, target, count);
        }
    }

    private void broadcast(
            ElementType type, MemorySegment memory, Projection projection, long start, A target, int count) {
        long run = projection.run();
        long offset = start % run;
        long index = projection.index(start);
        int done = 0;
        while (true) {
            int length = (int) Math.min(run - offset, count - done);
            if (projection.isRunKept()) {
                blocks.load(type, memory, index, target, done, length);
            } else {
                blocks.fill(target, done, length, type.read(memory, index));
            }
            done += length;
            if (done == count) {
                return;
            }
            offset = 0;
            index = projection.isByRows() ? index + 1 : projection.index(start + done);
        }
    }

    private void store(VariantMemory memory, int operand, long start, A source, int count) {
        int scratch = memory.operands().scratch(operand);
        if (scratch >= 0) {
            blocks.store(memory.type(), workspace.scratch()[scratch], start - workspace.base(), source, count);
        } else {
            store(memory.operands().tensor(operand), start, source, count);
        }
    }

    private void store(@Nullable Tensor to, long start, A source, int count) {
        if (to != null) {
            if (to.rounding() == null) {
                blocks.store(to.type(), to.memory(), start, source, count);
            } else {
                blocks.store(
                        to.type(),
                        to.memory(),
                        start,
                        source,
                        count,
                        to.rounding().key());
            }
            store(to.rounded(), start, source, count);
        }
    }

    /// Adds a block to a reduction.
    void reduce(VariantMemory memory, int reduction, A block, long start, int count) {
        blocks.widen(block, wide, count);
        memory.accumulator(reduction).add(workspace.lanes(reduction), wide, start, count);
    }

    @SuppressWarnings("unchecked") // every register was allocated by the blocks
    private A register(int index) {
        return (A) registers[index];
    }
}
