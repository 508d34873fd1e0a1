package dev.gradus.cpu;

import dev.gradus.expr.Expr;
import dev.gradus.program.Reduction;
import java.util.Arrays;

/// The reduction of one run of elements while it is in progress, which one thread works on.
///
/// A sum is taken over blocks of 1,024 elements counted from the run's start. A block has 16 lanes, element j
/// going to lane j mod 16, which are added pairwise; the blocks' sums are added pairwise by position, too.
final class Lanes {
    private static final int BLOCK = Reduction.BLOCK;
    private static final int COUNT = Reduction.LANES;

    private final double[] lanes = new double[COUNT];
    private final double[] pending = new double[Long.SIZE];
    private long blocks;
    private double maximum = Double.NEGATIVE_INFINITY;

    /// Reduces the 16 numbers from `at` on pairwise.
    static double pairwise(Expr.Reduction kind, double[] x, int at) {
        if (kind == Expr.Reduction.MAX) {
            double most = x[at];
            for (int i = 1; i < COUNT; i++) {
                most = Math.max(most, x[at + i]);
            }
            return most;
        }
        double s0 = x[at] + x[at + 8] + (x[at + 4] + x[at + 12]);
        double s1 = x[at + 1] + x[at + 9] + (x[at + 5] + x[at + 13]);
        double s2 = x[at + 2] + x[at + 10] + (x[at + 6] + x[at + 14]);
        double s3 = x[at + 3] + x[at + 11] + (x[at + 7] + x[at + 15]);
        return s0 + s2 + (s1 + s3);
    }

    /// Adds elements `from` … `to − 1` of `x`; the first is element `offset` of the run.
    void add(Expr.Reduction kind, double[] x, int from, int to, long offset) {
        if (kind == Expr.Reduction.MAX) {
            for (int i = from; i < to; i++) {
                maximum = Math.max(maximum, x[i]);
            }
            return;
        }
        int i = from;
        long at = offset;
        while (i < to) {
            int inBlock = (int) (at % BLOCK);
            int stop = Math.min(to, i + BLOCK - inBlock);
            at += stop - i;
            int lane = inBlock % COUNT;
            for (; i < stop && lane != 0; i++) {
                lanes[lane] += x[i];
                lane = (lane + 1) % COUNT;
            }
            int whole = i + (stop - i) / COUNT * COUNT;
            addWhole(x, i, whole);
            i = whole;
            for (; i < stop; i++) {
                lanes[lane++] += x[i];
            }
            if (at % BLOCK == 0) {
                closeBlock();
            }
        }
    }

    /// Adds a whole block, or the last one of the run, given by its lanes.
    void addBlock(Expr.Reduction kind, double[] x, int at) {
        double reduced = pairwise(kind, x, at);
        if (kind == Expr.Reduction.MAX) {
            maximum = Math.max(maximum, reduced);
        } else {
            push(reduced);
        }
    }

    /// Adds the beginning of a block, given by its lanes; elements one by one must follow.
    void openBlock(Expr.Reduction kind, double[] x, int at) {
        if (kind == Expr.Reduction.MAX) {
            maximum = Math.max(maximum, pairwise(kind, x, at));
        } else {
            System.arraycopy(x, at, lanes, 0, COUNT);
        }
    }

    /// The result of the run, after which the next one may begin.
    ///
    /// @param isOpen whether the last block was begun by single elements and is not full
    double finish(Expr.Reduction kind, boolean isOpen) {
        if (kind == Expr.Reduction.MAX) {
            double most = maximum;
            maximum = Double.NEGATIVE_INFINITY;
            return most;
        }
        if (isOpen) {
            closeBlock();
        }
        return finishWith(0);
    }

    /// The sum of all blocks pushed, and of one more that is shorter.
    double finishWith(double last) {
        double sum = last;
        for (int depth = 0; depth < Long.SIZE && blocks >> depth != 0; depth++) {
            if ((blocks >> depth & 1) != 0) {
                sum = pending[depth] + sum;
            }
        }
        blocks = 0;
        return sum;
    }

    /// Forgets a run that was not completed, because the step failed.
    void clear() {
        Arrays.fill(lanes, 0);
        blocks = 0;
        maximum = Double.NEGATIVE_INFINITY;
    }

    private void closeBlock() {
        push(pairwise(Expr.Reduction.SUM, lanes, 0));
        Arrays.fill(lanes, 0);
    }

    /// Adds the sum of the next block, or of the next part of equally many blocks.
    void push(double block) {
        double sum = block;
        int depth = 0;
        for (long n = blocks++; (n & 1) != 0; n >>= 1) {
            sum = pending[depth++] + sum;
        }
        pending[depth] = sum;
    }

    /// Adds whole rows of lanes, kept in local variables: an array would be stored and loaded again for each
    /// row.
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
        for (int i = from; i < to; i += COUNT) {
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
}
