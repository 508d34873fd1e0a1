package dev.gradus.compile;

import dev.gradus.compile.Pass.Instruction;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Runs passes block by block: what a program means, on any JVM.
///
/// @param <A> the array that holds a block
final class Interpreter<A> implements Backend {
    private final Blocks<A> blocks;
    private final double[] wide = new double[Blocks.SIZE];
    private Object[] registers = new Object[0];

    Interpreter(Blocks<A> blocks) {
        this.blocks = blocks;
    }

    @Override
    public void run(Binding binding, int index) {
        Pass pass = binding.variant.passes().get(index);
        long elements = binding.shape().elements(pass.axes());
        start(binding, pass);
        for (long start = 0; start < elements; start += Blocks.SIZE) {
            block(binding, index, start, (int) Math.min(Blocks.SIZE, elements - start));
        }
        finish(binding, pass);
    }

    /// Prepares for the blocks of a pass.
    void start(Binding binding, Pass pass) {
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
                blocks.fill(register(in.target()), 0, Blocks.SIZE, binding.slots[in.a()]);
            } else if (in.op() == Op.REDUCE) {
                binding.accumulator(in.target()).start();
            }
        }
    }

    /// Completes the reductions of a pass.
    void finish(Binding binding, Pass pass) {
        for (int i = 0; i < pass.code().size(); i++) {
            if (pass.code().get(i).op() == Op.REDUCE) {
                binding.accumulator(pass.code().get(i).target()).finish();
            }
        }
    }

    /// Runs the pass over one block.
    void block(Binding binding, int index, long start, int count) {
        Pass pass = binding.variant.passes().get(index);
        for (int i = 0; i < pass.code().size(); i++) {
            Instruction in = pass.code().get(i);
            switch (in.op()) {
                case SPLAT -> {}
                case LOAD -> load(binding, index, in.a(), start, register(in.target()), count);
                case STORE -> store(binding.operand(in.target()), start, register(in.a()), count);
                case REDUCE -> reduce(binding, in.target(), register(in.a()), start, count);
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
    void load(Binding binding, int index, int operand, long start, A target, int count) {
        load(binding.operand(operand), binding.projection(index, operand), start, target, count);
    }

    /// Gives a block to a reduction.
    void reduce(Binding binding, int reduction, A block, long start, int count) {
        blocks.widen(block, wide, count);
        binding.accumulator(reduction).add(wide, start, count);
    }

    private void load(Tensor from, @Nullable Projection projection, long start, A target, int count) {
        if (projection == null) {
            blocks.load(from.type(), from.memory(), start, target, 0, count);
            return;
        }
        long run = projection.run();
        int done = 0;
        while (done < count) {
            long position = start + done;
            int length = (int) Math.min(run - position % run, count - done);
            long index = projection.index(position);
            if (projection.isRunKept()) {
                blocks.load(from.type(), from.memory(), index, target, done, length);
            } else {
                blocks.fill(target, done, length, from.type().read(from.memory(), index));
            }
            done += length;
        }
    }

    private void store(Tensor to, long start, A source, int count) {
        blocks.store(to.type(), to.memory(), start, source, count);
        if (to.rounded() != null) {
            store(to.rounded(), start, source, count);
        }
    }

    @SuppressWarnings("unchecked") // every register was allocated by the blocks
    private A register(int index) {
        return (A) registers[index];
    }
}
