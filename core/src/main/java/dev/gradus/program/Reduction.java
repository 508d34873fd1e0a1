package dev.gradus.program;

import dev.gradus.expr.Expr;
import dev.gradus.tensor.Axes;

/// A reduction that a pass performs.
///
/// @param from the axes of the pass, in terms of the variant's merged axes
/// @param kept the axes of the result; [Axes#HOST] for a number
/// @param target the scratch operand that takes the result, or the slot of the number
public record Reduction(Expr.Reduction kind, Axes from, Axes kept, int target) {}
