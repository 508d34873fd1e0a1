package dev.gradus.numeric;

import java.util.List;

/// A function of one number as a sequence of basic operations, in float or in double arithmetic. Every backend expands
/// it in its own way, to the same bits.
///
/// Values are numbers, or the bits of numbers: an int in float arithmetic, a long in double.
///
/// @param isFloat whether it is computed in float, else in double arithmetic
/// @param steps each computed from earlier ones; the first is the argument
/// @param result the step whose value is that of the function
public record Sequence(boolean isFloat, List<Step> steps, int result) {
    /// The basic operations.
    public enum Basic {
        ARGUMENT(0),
        /// The step's number.
        CONSTANT(0),
        ADD(2),
        SUBTRACT(2),
        MULTIPLY(2),
        DIVIDE(2),
        /// As `Math.min`.
        MIN(2),
        /// As `Math.max`.
        MAX(2),
        ABS(1),
        /// −1, ±0, 1 or NaN.
        SIGN(1),
        /// The third operand where the first is less than the second, else the fourth.
        WHERE_LESS(4),
        /// The third operand where the first two are equal, else the fourth.
        WHERE_EQUAL(4),
        /// The bits of a number.
        TO_BITS(1),
        /// The number with these bits.
        FROM_BITS(1),
        /// The whole number that bits are, less the step's number; both are below 2²², in double arithmetic 2⁵¹.
        TO_WHOLE(1),
        /// Bits plus the step's bits, modulo 2 to the power of the width.
        ADD_BITS(1),
        /// The bits that the step's bits have, too.
        AND_BITS(1),
        /// Shifted left by the step's bits.
        SHIFT_LEFT(1),
        /// Shifted right by the step's bits, zeros coming in.
        SHIFT_RIGHT(1);

        private final int arity;

        Basic(int arity) {
            this.arity = arity;
        }

        /// The number of operands.
        public int arity() {
            return arity;
        }

        /// Whether its values are bits, not numbers.
        public boolean givesBits() {
            return switch (this) {
                case TO_BITS, ADD_BITS, AND_BITS, SHIFT_LEFT, SHIFT_RIGHT -> true;
                default -> false;
            };
        }
    }

    /// One operation.
    ///
    /// @param operands the indices of earlier steps
    /// @param number the constant operand of an operation that gives numbers, exact in the arithmetic
    /// @param bits the constant operand of an operation on bits
    public record Step(Basic basic, List<Integer> operands, double number, long bits) {}
}
