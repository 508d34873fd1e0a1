package dev.gradus;

import dev.gradus.engine.Tensor;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// The caller's memory of a parameter, its values and its gradient, which is checked before it is used.
final class ParameterMemory {
    private final Parameter parameter;
    private final ValueMemory allValues;
    private @Nullable Tensor gradient;

    /// The last gradient that was found to be outside of all values, and the version of those.
    private @Nullable MemorySegment checked;

    private long checkedVersion;

    /// @param allValues of all parameters
    ParameterMemory(Parameter parameter, ValueMemory allValues) {
        this.parameter = parameter;
        this.allValues = allValues;
    }

    Shape shape() {
        return parameter.shape();
    }

    /// Checks the values and the gradient, if there is one, for the step or event to come.
    ///
    /// @throws IllegalStateException if memory is not there for this thread, or the gradient's is that of values
    void bind() {
        requireValues();
        RowGradient ofRows = parameter.rowGradient();
        MemorySegment whole = parameter.gradient();
        gradient = whole == null ? null : gradient;
        if (ofRows != null) {
            requireAccessible("gradient", ofRows.values());
            requireAccessible("gradient's indices", ofRows.indices());
            requireOutsideOfValues(ofRows.values());
        } else if (whole != null) {
            requireAccessible("gradient", whole);
            requireOutsideOfValues(whole);
            if (gradient == null || !gradient.memory().equals(whole) || gradient.type() != parameter.gradientType()) {
                gradient = new Tensor(whole, parameter.gradientType());
            }
        }
    }

    /// The gradient of the whole parameter that was bound last, or null where there was none.
    @Nullable
    Tensor gradient() {
        return gradient;
    }

    private void requireOutsideOfValues(MemorySegment ofGradient) {
        if (ofGradient.equals(checked) && allValues.version() == checkedVersion) {
            return;
        }
        Parameter other = allValues.in(ofGradient);
        if (other != null) {
            throw new IllegalStateException("parameter " + parameter.name()
                    + ": its gradient is in the memory of the values of " + other.name());
        }
        checked = ofGradient;
        checkedVersion = allValues.version();
    }

    /// @throws IllegalStateException if the memory of the values is not there for this thread
    void requireValues() {
        requireAccessible("values", parameter.values());
    }

    /// @throws IllegalStateException if there is a gradient that cannot be filled with zeros
    void requireWritableGradient() {
        MemorySegment memory = gradientValues();
        if (memory != null) {
            requireAccessible("gradient", memory);
            if (memory.isReadOnly()) {
                throw new IllegalStateException("parameter " + parameter.name()
                        + ": its gradient is read-only and cannot be filled with zeros");
            }
        }
    }

    void zeroGradient() {
        MemorySegment memory = gradientValues();
        if (memory != null) {
            memory.fill((byte) 0);
        }
    }

    /// The memory of the gradient, of the whole parameter or of rows, or null where there is none.
    private @Nullable MemorySegment gradientValues() {
        RowGradient ofRows = parameter.rowGradient();
        return ofRows == null ? parameter.gradient() : ofRows.values();
    }

    private void requireAccessible(String what, MemorySegment memory) {
        if (!memory.scope().isAlive()) {
            throw new IllegalStateException(
                    "parameter " + parameter.name() + ": the memory of its " + what + " has been freed");
        }
        if (!memory.isAccessibleBy(Thread.currentThread())) {
            throw new IllegalStateException(
                    "parameter " + parameter.name() + ": the memory of its " + what + " belongs to another thread");
        }
    }
}
