package dev.gradus;

import dev.gradus.expr.State;
import dev.gradus.expr.State.Role;
import dev.gradus.tensor.ElementType;

/// How states are stored that are averages, of the parameter's own shape.
///
/// Everything else is exact in every format: copies of weights, states of reduced shape, single numbers. So
/// are the states of float64 parameters. Narrow formats are rounded stochastically, with random numbers that
/// depend on the state's name and the parameter's step only: results are the same on all machines, with any
/// number of threads, and after a resume.
public enum StateFormat {
    /// In the arithmetic type: float32, or float64 for float64 parameters.
    ARITHMETIC,
    /// 2 bytes per element: the upper half of a float32.
    BFLOAT16,
    /// 65 bytes for 64 elements: a code of 8 bits for each, and a scale for each block of 256. States of
    /// fewer than 256 elements stay in the arithmetic type. An element that is not finite makes its whole
    /// block NaN.
    EIGHT_BIT;

    /// A state of fewer elements than a block of codes is not worth one.
    private static final long LEAST_IN_EIGHT_BITS = 256;

    /// How a state is stored.
    ///
    /// @param arithmetic the type in which it is computed
    /// @param elements how many it has
    ElementType typeOf(State state, ElementType arithmetic, long elements) {
        boolean isAverage = state.role() == Role.SIGNED || state.role() == Role.NON_NEGATIVE;
        if (!isAverage || !state.axes().isFull() || arithmetic == ElementType.FLOAT64) {
            return arithmetic;
        }
        return switch (this) {
            case ARITHMETIC -> arithmetic;
            case BFLOAT16 -> ElementType.BFLOAT16;
            case EIGHT_BIT -> {
                if (elements < LEAST_IN_EIGHT_BITS) {
                    yield arithmetic;
                }
                yield state.role() == Role.SIGNED ? ElementType.SIGNED_8BIT : ElementType.NON_NEGATIVE_8BIT;
            }
        };
    }
}
