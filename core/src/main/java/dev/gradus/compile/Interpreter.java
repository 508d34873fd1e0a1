package dev.gradus.compile;

import dev.gradus.compile.Pass.Instruction;
import dev.gradus.expr.Shape;
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
        while (registers.length < pass.registers()) {
            Object[] more = java.util.Arrays.copyOf(registers, registers.length + 1);
            more[registers.length] = blocks.allocate();
            registers = more;
        }
        Shape shape = binding.shape();
        long elements = shape.elements(pass.axes());
        for (Instruction in : pass.code()) {
            if (in.op() == Op.SPLAT) {
                blocks.fill(register(in.target()), 0, Blocks.SIZE, binding.slots[in.a()]);
            } else if (in.op() == Op.REDUCE) {
                binding.accumulator(in.target()).start();
            }
        }
        for (long start = 0; start < elements; start += Blocks.SIZE) {
            block(pass, index, binding, start, (int) Math.min(Blocks.SIZE, elements - start));
        }
        for (Instruction in : pass.code()) {
            if (in.op() == Op.REDUCE) {
                binding.accumulator(in.target()).finish();
            }
        }
    }

    private void block(Pass pass, int index, Binding binding, long start, int count) {
        for (int i = 0; i < pass.code().size(); i++) {
            Instruction in = pass.code().get(i);
            switch (in.op()) {
                case SPLAT -> {}
                case LOAD ->
                    load(
                            binding.operand(in.a()),
                            binding.projection(index, in.a()),
                            start,
                            register(in.target()),
                            count);
                case STORE -> store(binding.operand(in.target()), start, register(in.a()), count);
                case REDUCE -> {
                    blocks.widen(register(in.a()), wide, count);
                    binding.accumulator(in.target()).add(wide, start, count);
                }
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
