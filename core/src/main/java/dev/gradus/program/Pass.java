package dev.gradus.program;

import dev.gradus.tensor.Axes;
import java.util.Arrays;
import java.util.List;

/// One sweep over the elements of a tensor, as straight-line code on blocks of elements.
///
/// @param level when it runs: after everything of lower levels
/// @param axes the elements that it sweeps, in terms of the variant's merged axes
/// @param code in order; loads precede stores
/// @param registers the number of block registers that the code needs
public record Pass(int level, Axes axes, List<Instruction> code, int registers) {

    /// Whether it sweeps the parameter itself, in its arithmetic type; a pass over fewer axes computes in float64.
    public boolean isFull() {
        return axes.isFull();
    }

    /// The reductions that it performs, in the order of its code.
    int[] reductions() {
        return code.stream()
                .filter(in -> in.op() == Op.REDUCE)
                .mapToInt(Instruction::target)
                .toArray();
    }

    /// Whether any reduction that it performs is one to a number.
    public boolean reducesToNumber(List<Reduction> all) {
        return Arrays.stream(reductions()).anyMatch(i -> all.get(i).kept().isHost());
    }

    /// Whether it performs any reduction that is not one to a number.
    public boolean reducesToElements(List<Reduction> all) {
        return Arrays.stream(reductions()).anyMatch(i -> !all.get(i).kept().isHost());
    }

    /// Whether parts of its elements are independent of each other: some elements of the parameter's outermost merged
    /// axis of all others, or each element of a vector of each other.
    public boolean isDivisible(List<Reduction> all) {
        if (!axes.contains(0)) {
            return isFull() && axes.rank() == 0;
        }
        return Arrays.stream(reductions())
                .mapToObj(i -> all.get(i).kept())
                .allMatch(kept -> kept.isHost() || isPrefix(kept));
    }

    /// Whether the kept axes are outside of all that are reduced.
    private boolean isPrefix(Axes kept) {
        boolean isReduced = false;
        for (int axis : axes.toList()) {
            if (kept.contains(axis) && isReduced) {
                return false;
            }
            isReduced |= !kept.contains(axis);
        }
        return kept.contains(0);
    }

    /// One operation on block registers.
    ///
    /// @param target a register; of a STORE the [Operand], of a REDUCE the [Reduction]
    /// @param a the first register; of a LOAD the operand, of a SPLAT the register of a host scalar
    public record Instruction(Op op, int target, int a, int b, int c) {
        public int source(int index) {
            return switch (index) {
                case 0 -> a;
                case 1 -> b;
                default -> c;
            };
        }

        public boolean writesRegister() {
            return op != Op.STORE && op != Op.REDUCE;
        }

        public int registersRead() {
            return op.arity();
        }
    }
}
