package dev.gradus;

import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A trainable tensor: its name, shape and memory, and where its gradient is.
///
/// The values stay where they are; an optimizer updates them in place. The gradient is a segment that the
/// caller fills before each step; it is read, never written, unless the caller asks for zeros. A parameter
/// whose gradient is absent is skipped entirely by a step.
public final class Parameter {
    private final String name;
    private final Shape shape;
    private final ElementType type;
    private final MemorySegment values;
    private @Nullable MemorySegment gradient;
    private @Nullable RowGradient rowGradient;
    private ElementType gradientType;

    private Parameter(String name, Shape shape, ElementType type, MemorySegment values) {
        this.name = name;
        this.shape = shape;
        this.type = type;
        this.values = values;
        this.gradientType = type;
        if (name.isEmpty() || name.startsWith("/")) {
            // States that have no parameter begin with '/'.
            throw new IllegalArgumentException(
                    "the name of a parameter must not be empty or begin with '/', got \"" + name + "\"");
        }
        if (type.isEightBit()) {
            throw new IllegalArgumentException("parameter " + name + ": only states are stored in 8 bits, got " + type);
        }
        requireSize("values", values, type);
        if (values.isReadOnly()) {
            throw new IllegalArgumentException(
                    "parameter " + name + ": its values are read-only, an optimizer must write them");
        }
    }

    /// A parameter over a segment of native, mapped or heap memory.
    ///
    /// @throws IllegalArgumentException if the segment's size is not that of the shape's elements, in bytes,
    ///     or if it is read-only
    public static Parameter of(String name, Shape shape, ElementType type, MemorySegment values) {
        return new Parameter(name, shape, type, values);
    }

    /// A float32 parameter over an array, which is not copied.
    ///
    /// @throws IllegalArgumentException if the array's length is not that of the shape
    public static Parameter of(String name, Shape shape, float[] values) {
        return new Parameter(name, shape, ElementType.FLOAT32, MemorySegment.ofArray(values));
    }

    /// A float64 parameter over an array, which is not copied.
    ///
    /// @throws IllegalArgumentException if the array's length is not that of the shape
    public static Parameter of(String name, Shape shape, double[] values) {
        return new Parameter(name, shape, ElementType.FLOAT64, MemorySegment.ofArray(values));
    }

    public String name() {
        return name;
    }

    public Shape shape() {
        return shape;
    }

    public ElementType type() {
        return type;
    }

    /// The values, updated in place.
    public MemorySegment values() {
        return values;
    }

    /// The gradient of some rows, or null where there is none at present.
    public @Nullable RowGradient rowGradient() {
        return rowGradient;
    }

    /// The gradient, or null where there is none at present, or one of some rows.
    public @Nullable MemorySegment gradient() {
        return gradient;
    }

    public ElementType gradientType() {
        return gradientType;
    }

    /// Whether the next step will update this parameter.
    public boolean hasGradient() {
        return gradient != null || rowGradient != null;
    }

    /// Binds the memory that holds the gradient, in the parameter's own type, until another is bound.
    ///
    /// @return this parameter
    /// @throws IllegalArgumentException if the segment's size differs from the values'
    public Parameter gradient(MemorySegment segment) {
        return gradient(segment, type);
    }

    /// Binds the memory that holds the gradient, which may be wider than the parameter: float32 for a 16-bit
    /// one.
    ///
    /// @return this parameter
    /// @throws IllegalArgumentException if the segment's size is not that of the shape's elements in that
    ///     type, or if the type is neither the parameter's own nor float32 for a 16-bit parameter
    public Parameter gradient(MemorySegment segment, ElementType ofType) {
        if (ofType != type && !(type.isHalf() && ofType == ElementType.FLOAT32)) {
            throw new IllegalArgumentException("parameter " + name + ": the gradient of a " + type
                    + " parameter must be " + type + (type.isHalf() ? " or FLOAT32" : "") + ", got " + ofType);
        }
        requireSize("gradient", Objects.requireNonNull(segment), ofType);
        gradient = segment;
        rowGradient = null;
        gradientType = ofType;
        return this;
    }

    /// Binds an array that holds the gradient; it is not copied.
    ///
    /// @return this parameter
    public Parameter gradient(float[] array) {
        return gradient(MemorySegment.ofArray(array), ElementType.FLOAT32);
    }

    /// Binds an array that holds the gradient; it is not copied.
    ///
    /// @return this parameter
    public Parameter gradient(double[] array) {
        return gradient(MemorySegment.ofArray(array), ElementType.FLOAT64);
    }

    /// Binds a gradient that is zero except in some rows, in the parameter's own type, until another is
    /// bound. Steps update those rows alone; [ParameterGroup#withExactRows()] says what becomes of the
    /// others.
    ///
    /// @return this parameter
    /// @throws IllegalArgumentException if the indices are not whole int64 elements, or the values not one
    ///     row for each; an index that is out of range is refused by the step
    public Parameter gradient(RowGradient rows) {
        if (shape.rank() == 0 || rows.indices().byteSize() % Long.BYTES != 0) {
            throw new IllegalArgumentException("parameter " + name + ": a gradient of rows needs a parameter with rows"
                    + " and int64 indices, got shape " + shape + " and "
                    + rows.indices().byteSize()
                    + " bytes of indices");
        }
        long perRow = shape.size(0) == 0 ? 0 : shape.elements() / shape.size(0);
        long bytes = rows.count() * perRow * type.bytes();
        if (rows.values().byteSize() != bytes) {
            throw new IllegalArgumentException(
                    "parameter " + name + ": its gradient of " + rows.count() + " rows must have " + bytes
                            + " bytes, got " + rows.values().byteSize());
        }
        rowGradient = rows;
        gradient = null;
        gradientType = type;
        return this;
    }

    /// Binds a gradient of some rows; the arrays are not copied.
    ///
    /// @return this parameter
    /// @throws IllegalArgumentException as [#gradient(RowGradient)] does
    public Parameter gradient(long[] rows, float[] values) {
        return gradient(new RowGradient(MemorySegment.ofArray(rows), MemorySegment.ofArray(values)));
    }

    /// Binds a gradient of some rows; the arrays are not copied.
    ///
    /// @return this parameter
    /// @throws IllegalArgumentException as [#gradient(RowGradient)] does
    public Parameter gradient(long[] rows, double[] values) {
        return gradient(new RowGradient(MemorySegment.ofArray(rows), MemorySegment.ofArray(values)));
    }

    /// Says that there is no gradient: steps skip the parameter until one is bound again.
    ///
    /// @return this parameter
    public Parameter withoutGradient() {
        gradient = null;
        rowGradient = null;
        gradientType = type;
        return this;
    }

    private void requireSize(String what, MemorySegment segment, ElementType elementType) {
        long bytes = Math.multiplyExact(shape.elements(), (long) elementType.bytes());
        if (segment.byteSize() != bytes) {
            throw new IllegalArgumentException("parameter " + name + ": its " + what + " must have " + shape.elements()
                    + " " + elementType + " elements (" + bytes + " bytes) for shape " + shape + ", got "
                    + segment.byteSize() + " bytes");
        }
    }

    /// `encoder.weight [64, 32] FLOAT32`
    @Override
    public String toString() {
        return name + " " + shape + " " + type;
    }
}
