package dev.gradus.cpu;

import dev.gradus.cpu.LoopCode.Instruction;
import dev.gradus.numeric.Decomposition;
import dev.gradus.program.Op;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// Computes functions of blocks by the loops that they decompose into.
///
/// @param <A> the array that holds a block of numbers
/// @param <B> the array that holds a block of bits
abstract class BlockFunctions<A, B> {
    private final boolean isFloat;
    private final Map<Op, Function> functions = new EnumMap<>(Op.class);
    private final List<A> numbers = new ArrayList<>();
    private final List<B> bits = new ArrayList<>();

    /// A function as loops: for regular arguments, and for all.
    private record Function(LoopCode regular, LoopCode full) {
        static Function of(Decomposition function) {
            return new Function(LoopCode.of(function.regular(), function.guard()), LoopCode.of(function.full()));
        }
    }

    BlockFunctions(boolean isFloat) {
        this.isFloat = isFloat;
    }

    /// Applies a function to the first elements of a block.
    ///
    /// @param target may be the block of the arguments
    final void apply(Op op, A target, A x, int count) {
        Function function = functions.get(op);
        if (function == null) {
            function = Function.of(op.decomposition(isFloat));
            functions.put(op, function);
            require(function.regular);
            require(function.full);
        }
        // The blocks of arguments and results may be one: the results are stored last.
        if (!run(function.regular, target, x, count)) {
            run(function.full, target, x, count);
        }
    }

    /// Allocates the blocks that a function needs.
    private void require(LoopCode code) {
        while (numbers.size() <= code.numbers()) {
            numbers.add(allocateNumbers());
        }
        while (bits.size() <= code.bits()) {
            bits.add(allocateBits());
        }
    }

    /// @return false if the arguments are others than the loops are for
    private boolean run(LoopCode code, A target, A x, int count) {
        for (Instruction in : code.instructions()) {
            switch (in.loop()) {
                case GUARD -> {
                    if (!areWithin(in, bits.get(in.sources()[0]), count)) {
                        return false;
                    }
                }
                case TO_WHOLE -> toWhole(in, numbers(in.target(), target), bits.get(in.sources()[0]), count);
                case TO_BITS -> toBits(bits.get(in.target()), numbers(in.sources()[0], x), count);
                case FROM_BITS -> fromBits(numbers(in.target(), target), bits.get(in.sources()[0]), count);
                case BITS, SHIFT_LEFT -> onBits(in, bits.get(in.target()), bits.get(in.sources()[0]), count);
                default ->
                    onNumbers(
                            in,
                            numbers(in.target(), target),
                            source(in, 0, x),
                            source(in, 1, x),
                            source(in, 2, x),
                            source(in, 3, x),
                            count);
            }
        }
        return true;
    }

    private A source(Instruction in, int index, A x) {
        return index < in.sources().length ? numbers(in.sources()[index], x) : x;
    }

    private A numbers(int block, A outer) {
        return block == LoopCode.OUTER ? outer : numbers.get(block);
    }

    abstract A allocateNumbers();

    abstract B allocateBits();

    abstract void toBits(B target, A a, int count);

    abstract void fromBits(A target, B a, int count);

    /// Runs a loop on bits.
    abstract void onBits(Instruction in, B target, B a, int count);

    /// Runs a loop on numbers.
    abstract void onNumbers(Instruction in, A target, A a, A b, A c, A d, int count);

    abstract void toWhole(Instruction in, A target, B a, int count);

    /// Whether all bits are within the bounds of a guard.
    abstract boolean areWithin(Instruction in, B a, int count);
}
