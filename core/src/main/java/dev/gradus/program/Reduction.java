package dev.gradus.program;

import dev.gradus.expr.Expr;
import dev.gradus.tensor.Axes;

/// A reduction that a pass performs.
///
/// Its result is defined to the bit, whoever computes it. Elements are reduced in runs: the rows of a reduction to
/// rows, parts of [#PART] elements of a reduction to a number. A sum over a run is taken over blocks of [#BLOCK]
/// elements counted from the run's start; a block has [#LANES] lanes, element j going to lane j mod 16, which are
/// added pairwise; the sums of blocks, and of parts, are added pairwise by position, too. All of that in double
/// precision.
///
/// @param from the axes of the pass, in terms of the variant's merged axes
/// @param kept the axes of the result; [Axes#HOST] for a number
/// @param target the scratch operand that takes the result, or the register of the number
public record Reduction(Expr.Reduction kind, Axes from, Axes kept, int target) {
    /// The number of elements of a block.
    public static final int BLOCK = 1024;

    /// The number of lanes of a block.
    public static final int LANES = 16;

    /// The number of elements of a part of a tensor that is reduced to a number.
    public static final int PART = 16 * BLOCK;

    /// The value of a lane before its first element.
    public static double neutral(Expr.Reduction kind) {
        return kind == Expr.Reduction.MAX ? Double.NEGATIVE_INFINITY : 0;
    }
}
