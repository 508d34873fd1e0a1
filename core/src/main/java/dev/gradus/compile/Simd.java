package dev.gradus.compile;

import dev.gradus.compile.Pass.Instruction;
import dev.gradus.expr.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Runs passes as compiled kernels, and the few elements that do not fill a vector in the interpreter, which also runs
/// what has no kernel, or not yet. The bits are the interpreter's.
///
/// @param <A> the array that holds a block
final class Simd<A> implements Backend {
    private final Interpreter<A> interpreter;
    private final Blocks<A> blocks;
    private final ElementType type;
    private final int bits;
    private final boolean eager;
    private final int lanes;

    /// @param type the arithmetic type
    /// @param bits the width of vectors
    /// @param eager whether kernels are used at once, rather than when they are fast
    Simd(Blocks<A> blocks, ElementType type, int bits, boolean eager) {
        this.interpreter = new Interpreter<>(blocks);
        this.blocks = blocks;
        this.type = type;
        this.bits = bits;
        this.eager = eager;
        this.lanes = bits / Byte.SIZE / type.bytes();
    }

    /// A kernel with the memory of one parameter; no kernel for a pass that has to be interpreted.
    static final class Bound {
        private static final Bound INTERPRETED = new Bound(null, List.of(), new MemorySegment[0], List.of(), List.of());

        final Kernels.@Nullable Entry kernel;
        final int[] operands;
        final MemorySegment[] segments;
        final Instruction[] exchanges;
        final Object[] exchanged;

        Bound(
                Kernels.@Nullable Entry kernel,
                List<Integer> operands,
                MemorySegment[] segments,
                List<Instruction> exchanges,
                List<?> exchanged) {
            this.kernel = kernel;
            this.operands = operands.stream().mapToInt(operand -> operand).toArray();
            this.segments = segments;
            this.exchanges = exchanges.toArray(Instruction[]::new);
            this.exchanged = exchanged.toArray();
        }

        /// Takes the memory of this step, and says whether the kernel is still for its kind.
        private boolean rebind(Binding binding, ElementType type) {
            boolean same = true;
            for (int i = 0; i < segments.length; i++) {
                Tensor tensor = binding.operand(operands[i]);
                MemorySegment now = tensor.memory();
                same &= tensor.type() == type && now.getClass() == segments[i].getClass();
                segments[i] = now;
            }
            return same;
        }
    }

    @Override
    public void run(Binding binding, int index) {
        Bound bound = binding.kernels[index];
        if (bound == null || !bound.rebind(binding, type)) {
            bound = bind(binding, index);
            binding.kernels[index] = bound;
        }
        Pass pass = binding.variant.passes().get(index);
        long elements = binding.shape().elements(pass.axes());
        Kernel kernel = bound.kernel == null ? null : bound.kernel.ready();
        if (kernel == null) {
            interpret(bound, binding, index, elements);
        } else if (bound.exchanged.length > 0) {
            exchange(kernel, bound, binding, index, elements);
        } else {
            long whole = elements - elements % lanes;
            long start = System.nanoTime();
            kernel.run(bound.segments, bound.exchanged, binding.slots, 0, whole);
            if (elements >= Blocks.SIZE && bound.kernel != null) {
                bound.kernel.ranIn((double) (System.nanoTime() - start) / elements);
            }
            if (whole < elements) {
                interpreter.start(binding, pass);
                interpreter.block(binding, index, whole, (int) (elements - whole));
            }
        }
    }

    private void interpret(Bound bound, Binding binding, int index, long elements) {
        long start = System.nanoTime();
        interpreter.run(binding, index);
        if (bound.kernel != null && elements >= Blocks.SIZE) {
            bound.kernel.interpretedIn((double) (System.nanoTime() - start) / elements);
        }
    }

    /// Runs block by block, with the blocks that broadcast loads and reductions pass through.
    private void exchange(Kernel kernel, Bound bound, Binding binding, int index, long elements) {
        Pass pass = binding.variant.passes().get(index);
        interpreter.start(binding, pass);
        for (long start = 0; start < elements; start += Blocks.SIZE) {
            int count = (int) Math.min(Blocks.SIZE, elements - start);
            if (count % lanes != 0) {
                interpreter.block(binding, index, start, count);
                continue;
            }
            for (int i = 0; i < bound.exchanges.length; i++) {
                if (bound.exchanges[i].op() == Op.LOAD) {
                    interpreter.load(binding, index, bound.exchanges[i].a(), start, block(bound, i), count);
                }
            }
            kernel.run(bound.segments, bound.exchanged, binding.slots, start, start + count);
            for (int i = 0; i < bound.exchanges.length; i++) {
                if (bound.exchanges[i].op() == Op.REDUCE) {
                    interpreter.reduce(binding, bound.exchanges[i].target(), block(bound, i), start, count);
                }
            }
        }
        interpreter.finish(binding, pass);
    }

    @SuppressWarnings("unchecked") // the blocks of this backend allocated them
    private A block(Bound bound, int index) {
        return (A) bound.exchanged[index];
    }

    private Bound bind(Binding binding, int index) {
        Pass pass = binding.variant.passes().get(index);
        List<Integer> operands = new ArrayList<>();
        List<Instruction> exchanges = new ArrayList<>();
        for (Instruction in : pass.code()) {
            boolean loads = in.op() == Op.LOAD;
            boolean stores = in.op() == Op.STORE;
            int operand = loads ? in.a() : in.target();
            boolean direct = (loads || stores) && isDirect(binding, index, operand);
            if (stores && !direct) {
                return Bound.INTERPRETED;
            }
            if (in.op() == Op.REDUCE || loads && !direct) {
                exchanges.add(in);
            } else if (direct && !operands.contains(operand)) {
                operands.add(operand);
            }
        }
        MemorySegment[] segments = operands.stream()
                .map(operand -> binding.operand(operand).memory())
                .toArray(MemorySegment[]::new);
        List<Class<?>> classes =
                Arrays.stream(segments).<Class<?>>map(Object::getClass).toList();
        Kernels.Key key = new Kernels.Key(pass, operands, exchanges.size(), type, bits, classes);
        return new Bound(
                Kernels.of(key, eager),
                operands,
                segments,
                exchanges,
                exchanges.stream().map(in -> blocks.allocate()).toList());
    }

    /// Whether a kernel can load and store the operand as it lies in memory.
    private boolean isDirect(Binding binding, int index, int operand) {
        Tensor tensor = binding.operand(operand);
        return tensor.type() == type && tensor.rounded() == null && binding.projection(index, operand) == null;
    }
}
