package dev.gradus;

import dev.gradus.expr.State.Role;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;

/// A state of an optimizer, by name.
///
/// @param name `parameter/link.state`; a state that all parameters of a link share has no parameter: `/link.state`; a
///     number that the schedule of a hyperparameter remembers is `group:name/hyperparameter.number`. The name of a
///     parameter or group may contain '/', what follows the last '/' does not.
/// @param shape the parameter's, with size 1 in the axes that the state does not have; rank 0 for one number
/// @param type how it is stored
/// @param role what its values are
/// @param values a read-only view of the live state; one number per parameter is a copy
public record StateView(String name, Shape shape, ElementType type, Role role, MemorySegment values) {

    /// One number.
    static StateView number(String name, double value) {
        return new StateView(
                name,
                Shape.of(),
                ElementType.FLOAT64,
                Role.SCALAR,
                MemorySegment.ofArray(new double[] {value}).asReadOnly());
    }

    /// The values, converted.
    ///
    /// @throws IllegalStateException if the state has more elements than an array can hold
    public double[] toArray() {
        if (shape.elements() > Integer.MAX_VALUE - 8) {
            throw new IllegalStateException(
                    "state " + name + " has " + shape.elements() + " elements, too many for an array");
        }
        double[] array = new double[(int) shape.elements()];
        for (int i = 0; i < array.length; i++) {
            array[i] = type.read(values, i);
        }
        return array;
    }
}
