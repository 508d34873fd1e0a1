package dev.gradus.program;

import dev.gradus.tensor.Axes;
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

    /// One operation on block registers.
    ///
    /// @param target a register; of a STORE the [Operand], of a REDUCE the [Reduction]
    /// @param a the first register; of a LOAD the operand, of a SPLAT the slot of a number of the host
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
