package dev.gradus.muon;

import dev.gradus.expr.TensorFunction;
import dev.gradus.muon.Blas.Matrix;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Brings the singular values of a matrix near 1 and keeps its singular vectors: an iteration of matrix products that
/// approximates UVᵀ of the decomposition UΣVᵀ.
///
/// ```
/// X₀ = G / (‖G‖_F + ε)
/// A = X Xᵀ,   X ← a X + (b A + c A²) X      k times
/// ```
/// A tensor is the matrix of its rows, the slices along its outermost axis. With the coefficients of Muon's authors
/// five iterations leave singular values between about 0.7 and 1.2; they grow fast from small values rather than
/// converge. A matrix of zeros stays so.
///
/// Products are OpenBLAS's: the bits depend on the processor and on the number of OpenBLAS's threads, unlike those of
/// everything else in Gradus.
///
/// @param iterations how often, at least 1
record NewtonSchulz(int iterations) implements TensorFunction {
    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;
    private static final double EPS = 1e-7;
    private static final long ALIGNMENT = 64;

    @Override
    public String name() {
        return "NewtonSchulz";
    }

    @Override
    public void apply(MemorySegment from, MemorySegment to, Shape shape, ElementType type) {
        if (shape.elements() == 0) {
            return;
        }
        int rows = Math.toIntExact(shape.size(0));
        int cols = Math.toIntExact(shape.elements() / rows);
        int least = Math.min(rows, cols);
        boolean isWide = rows <= cols;
        normalize(from, to, type);
        Blas blas = new Blas(type);
        try (Arena arena = Arena.ofConfined()) {
            Matrix x = new Matrix(to, rows, cols);
            Matrix before = new Matrix(arena.allocate(to.byteSize(), ALIGNMENT), rows, cols);
            long bytes = (long) least * least * type.bytes();
            Matrix gram = new Matrix(arena.allocate(bytes, ALIGNMENT), least, least);
            Matrix polynomial = new Matrix(arena.allocate(bytes, ALIGNMENT), least, least);
            for (int i = 0; i < iterations; i++) {
                before.memory().copyFrom(x.memory());
                blas.multiply(1, isWide ? before : before.transposed(), isWide ? before.transposed() : before, 0, gram);
                polynomial.memory().copyFrom(gram.memory());
                blas.multiply(C, gram, gram, B, polynomial);
                blas.multiply(1, isWide ? polynomial : before, isWide ? before : polynomial, A, x);
            }
        }
    }

    private static void normalize(MemorySegment from, MemorySegment to, ElementType type) {
        long elements = from.byteSize() / type.bytes();
        double squares = 0;
        for (long i = 0; i < elements; i++) {
            double x = type.read(from, i);
            squares += x * x;
        }
        double factor = 1 / (Math.sqrt(squares) + EPS);
        for (long i = 0; i < elements; i++) {
            double x = type.read(from, i) * factor;
            if (type == ElementType.FLOAT32) {
                to.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) x);
            } else {
                to.setAtIndex(ValueLayout.JAVA_DOUBLE, i, x);
            }
        }
    }
}
