package dev.gradus.expr;

import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// A function of a whole tensor that elementwise operations and reductions cannot express, such as a matrix product.
/// Implementations are values: equal functions share compiled programs.
///
/// It is called once per step and parameter, by one thread at a time for a parameter but by several for different
/// ones, and must give the same bits for the same tensor each time.
public interface TensorFunction {

    /// The name in printed formulas.
    String name();

    /// Computes the function.
    ///
    /// @param from the tensor, in row-major order, not to be changed
    /// @param to takes the result; what it holds before is undefined
    /// @param shape the parameter's
    /// @param type the type of the elements of both: FLOAT32 or FLOAT64
    void apply(MemorySegment from, MemorySegment to, Shape shape, ElementType type);
}
