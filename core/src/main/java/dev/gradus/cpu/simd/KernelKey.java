package dev.gradus.cpu.simd;

import dev.gradus.engine.Tensor;
import dev.gradus.expr.Expr;
import dev.gradus.numeric.EightBit;
import dev.gradus.program.Op;
import dev.gradus.program.Pass;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.ElementType;
import java.util.List;

/// Everything that a kernel depends on: no constant, name, size or address.
///
/// @param operands the pass's operands that are in memory; the complement of one is its narrower copy
/// @param scratch for each of them, the index of its scratch memory, or −1
/// @param exchanged the number of blocks that are exchanged with the interpreter
/// @param rows the exchanged blocks that hold a number for each run
/// @param reductions the reductions that the kernel performs, in the order of the code; empty where the interpreter
/// does
/// @param runs how the kernel goes through the elements
/// @param type the arithmetic type
/// @param bits the width of vectors, or [VectorApi#PREFERRED]
/// @param stored how the operands are stored
/// @param segments the classes of the operands' segments
public record KernelKey(
        Pass pass,
        List<Integer> operands,
        List<Integer> scratch,
        int exchanged,
        List<Integer> rows,
        List<Expr.Reduction> reductions,
        Runs runs,
        ElementType type,
        int bits,
        List<Stored> stored,
        List<Class<?>> segments) {

    /// The runs that a kernel goes by, if any. Lengths are arguments, but the JIT specialises loops on the trip
    /// counts it observed, so each kind has its own kernel.
    public enum Runs {
        NONE(Reduction.PART),
        /// Parts of a tensor that is reduced to a number.
        PARTS(Reduction.PART, 4 * Reduction.BLOCK),
        /// Rows of at least a block.
        LONG_ROWS(Reduction.PART, Reduction.BLOCK, Reduction.BLOCK + EightBit.BLOCK),
        SHORT_ROWS(EightBit.BLOCK, 2 * EightBit.BLOCK);

        private final int[] warmUp;

        Runs(int... warmUp) {
            this.warmUp = warmUp;
        }

        public static Runs ofRows(long length) {
            return length < Reduction.BLOCK ? SHORT_ROWS : LONG_ROWS;
        }

        /// The length of runs in a call of the warm-up: they vary, so that the kernel reaches the end of runs
        /// wherever it can.
        int warmUpLength(int call) {
            return warmUp[call % warmUp.length];
        }
    }

    /// How an operand is stored.
    ///
    /// @param isStochastic whether it is rounded stochastically
    public record Stored(ElementType type, boolean isStochastic) {
        public Stored(Tensor tensor) {
            this(tensor.type(), tensor.rounding() != null);
        }

        public boolean isOf(Tensor tensor) {
            return type == tensor.type() && isStochastic == (tensor.rounding() != null);
        }
    }

    /// The number of elements of a vector.
    int lanes() {
        return bits / Byte.SIZE / type.bytes();
    }

    /// The number of scalar registers that the kernel reads from.
    int registers() {
        return pass.code().stream()
                .filter(in -> in.op() == Op.SPLAT)
                .mapToInt(in -> in.a() + 1)
                .max()
                .orElse(0);
    }

    /// This key with the preferred width where it leaves the width open.
    KernelKey withBits(int preferred) {
        return bits != VectorApi.PREFERRED
                ? this
                : new KernelKey(
                        pass, operands, scratch, exchanged, rows, reductions, runs, type, preferred, stored, segments);
    }
}
