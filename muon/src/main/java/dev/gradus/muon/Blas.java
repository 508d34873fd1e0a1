package dev.gradus.muon;

import static org.bytedeco.openblas.global.openblas.CblasNoTrans;
import static org.bytedeco.openblas.global.openblas.CblasRowMajor;
import static org.bytedeco.openblas.global.openblas.CblasTrans;
import static org.bytedeco.openblas.global.openblas.cblas_dgemm;
import static org.bytedeco.openblas.global.openblas.cblas_sgemm;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/// Matrix products in native memory, by OpenBLAS.
final class Blas {
    private final ElementType type;

    /// @param type FLOAT32 or FLOAT64
    Blas(ElementType type) {
        this.type = type;
    }

    /// A row-major matrix in native memory, or its transpose.
    record Matrix(MemorySegment memory, int rows, int cols, boolean isTransposed) {
        Matrix(MemorySegment memory, int rows, int cols) {
            this(memory, rows, cols, false);
        }

        Matrix transposed() {
            return new Matrix(memory, cols, rows, !isTransposed);
        }

        /// The distance in memory from row to row, or from column to column of a transpose.
        private int stride() {
            return isTransposed ? rows : cols;
        }

        private int layout() {
            return isTransposed ? CblasTrans : CblasNoTrans;
        }
    }

    /// `c ← alpha · a · b + beta · c`; `c` is none of the others, and not transposed.
    void multiply(double alpha, Matrix a, Matrix b, double beta, Matrix c) {
        switch (type) {
            case FLOAT32 ->
                cblas_sgemm(
                        CblasRowMajor,
                        a.layout(),
                        b.layout(),
                        c.rows,
                        c.cols,
                        a.cols,
                        (float) alpha,
                        new FloatPointer(pointer(a)),
                        a.stride(),
                        new FloatPointer(pointer(b)),
                        b.stride(),
                        (float) beta,
                        new FloatPointer(pointer(c)),
                        c.stride());
            case FLOAT64 ->
                cblas_dgemm(
                        CblasRowMajor,
                        a.layout(),
                        b.layout(),
                        c.rows,
                        c.cols,
                        a.cols,
                        alpha,
                        new DoublePointer(pointer(a)),
                        a.stride(),
                        new DoublePointer(pointer(b)),
                        b.stride(),
                        beta,
                        new DoublePointer(pointer(c)),
                        c.stride());
            default -> throw new IllegalArgumentException("matrices are FLOAT32 or FLOAT64, got " + type);
        }
    }

    private static Pointer pointer(Matrix matrix) {
        return new Pointer(matrix.memory.asByteBuffer());
    }
}
