package dev.gradus.compile;

import dev.gradus.expr.Axes;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Shape;
import java.util.Arrays;

/// A reduction at work: takes the elements of a tensor in order, in stretches of any length, and leaves a
/// result that does not depend on how they were cut.
///
/// The sum of a run (see [Projection]) is taken over blocks of 1,024 elements counted from the run's start. A
/// block has 16 lanes, element j going to lane j mod 16, which are added pairwise; the blocks' sums are added
/// pairwise by position, too. Runs that fall onto the same element are added one after the other, 1,024 at a
/// time. All sums are in double precision.
final class Accumulator {
    static final int BLOCK = 1024;
    static final int LANES = 16;

    private final Expr.Reduction kind;
    private final Projection projection;
    private final double[] result;
    private final double[] group;
    private final double[] lanes = new double[LANES];
    private final double[] pending = new double[Long.SIZE];
    private long blocks;

    /// @param result one number for each element of the result, filled by [#finish]
    Accumulator(Reduction reduction, Shape shape, double[] result) {
        this.kind = reduction.kind();
        this.projection =
                new Projection(shape, reduction.from(), reduction.kept().isHost() ? Axes.HOST : reduction.kept());
        this.result = result;
        this.group = new double[kind == Expr.Reduction.MAX ? 0 : result.length];
    }

    void start() {
        Arrays.fill(result, kind == Expr.Reduction.MAX ? Double.NEGATIVE_INFINITY : 0);
        Arrays.fill(group, 0);
        Arrays.fill(lanes, 0);
        blocks = 0;
    }

    /// Takes elements `start` … `start + count − 1` of the tensor, of which `x` holds the values from 0 on.
    void add(double[] x, long start, int count) {
        if (kind == Expr.Reduction.SUM_OF_SQUARES) {
            for (int i = 0; i < count; i++) {
                x[i] *= x[i];
            }
        }
        long run = projection.run();
        int done = 0;
        while (done < count) {
            long position = start + done;
            long offset = position % run;
            int length = (int) Math.min(run - offset, count - done);
            int element = (int) projection.index(position);
            if (kind == Expr.Reduction.MAX) {
                maximum(x, done, length, element);
            } else if (projection.isRunKept()) {
                long ordinal = projection.ordinal(position);
                for (int i = 0; i < length; i++) {
                    addRun(element + i, ordinal, x[done + i]);
                }
            } else {
                addPart(x, done, length, offset);
                if (offset + length == run) {
                    addRun(element, projection.ordinal(position), finishRun(offset + length));
                }
            }
            done += length;
        }
    }

    private void maximum(double[] x, int from, int length, int element) {
        for (int i = 0; i < length; i++) {
            int target = projection.isRunKept() ? element + i : element;
            result[target] = Math.max(result[target], x[from + i]);
        }
    }

    private void addRun(int element, long ordinal, double sum) {
        if (ordinal % BLOCK == 0) {
            result[element] += group[element];
            group[element] = sum;
        } else {
            group[element] += sum;
        }
    }

    /// Adds a part of a run to the lanes, which begins `offset` elements after the run.
    private void addPart(double[] x, int from, int length, long offset) {
        int i = from;
        int end = from + length;
        long at = offset;
        while (i < end) {
            int inBlock = (int) (at % BLOCK);
            int stop = Math.min(end, i + BLOCK - inBlock);
            at += stop - i;
            int lane = inBlock % LANES;
            for (; i < stop && lane != 0; i++) {
                lanes[lane] += x[i];
                lane = (lane + 1) % LANES;
            }
            int whole = i + (stop - i) / LANES * LANES;
            addWhole(x, i, whole);
            i = whole;
            for (; i < stop; i++) {
                lanes[lane++] += x[i];
            }
            if (at % BLOCK == 0) {
                finishBlock();
            }
        }
    }

    /// Adds whole rows of lanes, kept in local variables: an array would be stored and loaded again for each row.
    private void addWhole(double[] x, int from, int to) {
        double s0 = lanes[0];
        double s1 = lanes[1];
        double s2 = lanes[2];
        double s3 = lanes[3];
        double s4 = lanes[4];
        double s5 = lanes[5];
        double s6 = lanes[6];
        double s7 = lanes[7];
        double s8 = lanes[8];
        double s9 = lanes[9];
        double s10 = lanes[10];
        double s11 = lanes[11];
        double s12 = lanes[12];
        double s13 = lanes[13];
        double s14 = lanes[14];
        double s15 = lanes[15];
        for (int i = from; i < to; i += LANES) {
            s0 += x[i];
            s1 += x[i + 1];
            s2 += x[i + 2];
            s3 += x[i + 3];
            s4 += x[i + 4];
            s5 += x[i + 5];
            s6 += x[i + 6];
            s7 += x[i + 7];
            s8 += x[i + 8];
            s9 += x[i + 9];
            s10 += x[i + 10];
            s11 += x[i + 11];
            s12 += x[i + 12];
            s13 += x[i + 13];
            s14 += x[i + 14];
            s15 += x[i + 15];
        }
        lanes[0] = s0;
        lanes[1] = s1;
        lanes[2] = s2;
        lanes[3] = s3;
        lanes[4] = s4;
        lanes[5] = s5;
        lanes[6] = s6;
        lanes[7] = s7;
        lanes[8] = s8;
        lanes[9] = s9;
        lanes[10] = s10;
        lanes[11] = s11;
        lanes[12] = s12;
        lanes[13] = s13;
        lanes[14] = s14;
        lanes[15] = s15;
    }

    private void finishBlock() {
        for (int width = LANES / 2; width > 0; width /= 2) {
            for (int l = 0; l < width; l++) {
                lanes[l] += lanes[l + width];
            }
        }
        double sum = lanes[0];
        Arrays.fill(lanes, 0);
        int depth = 0;
        for (long n = blocks++; (n & 1) != 0; n >>= 1) {
            sum = pending[depth++] + sum;
        }
        pending[depth] = sum;
    }

    private double finishRun(long length) {
        if (length % BLOCK != 0) {
            finishBlock();
        }
        double sum = 0;
        for (int depth = 0; depth < Long.SIZE && blocks >> depth != 0; depth++) {
            if ((blocks >> depth & 1) != 0) {
                sum = pending[depth] + sum;
            }
        }
        blocks = 0;
        return sum;
    }

    /// Completes the result after the last element.
    void finish() {
        for (int i = 0; i < group.length; i++) {
            result[i] += group[i];
        }
    }
}
