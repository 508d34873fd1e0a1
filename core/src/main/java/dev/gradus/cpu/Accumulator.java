package dev.gradus.cpu;

import dev.gradus.expr.Expr;
import dev.gradus.program.Projection;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A reduction at work: takes the elements of a tensor in stretches of any length and leaves a result that
/// depends neither on how they were cut nor on which threads took them.
///
/// Elements are reduced in runs, as [Lanes] says. The runs of a reduction to rows are the rows. A reduction to
/// a number has runs of 16 blocks, so that threads can work on them side by side; their sums are added pairwise
/// by position, which is what one run over all blocks would give. Where several runs fall onto the same element
/// (see [Projection]), they are added one after the other, 1,024 at a time. All sums are in double precision.
final class Accumulator {
    private final Expr.Reduction kind;
    private final long elements;
    private final double[] result;

    /// The length of a run.
    private final long run;

    /// Where runs fall, or null where they fall onto one element of `sums` each, in order.
    private final @Nullable Projection projection;

    /// The results of runs: for a reduction to a number they are still to be added, otherwise the result
    /// itself.
    private final double[] sums;

    private final double[] group;
    private final Lanes total = new Lanes();

    /// @param result one number for each element of the result, complete after [#finish]
    Accumulator(Reduction reduction, Shape shape, double[] result) {
        this.kind = reduction.kind();
        this.elements = shape.elements(reduction.from());
        this.result = result;
        if (reduction.kept().isHost()) {
            this.run = Reduction.PART;
            this.projection = null;
            this.sums = new double[Math.toIntExact((elements + Reduction.PART - 1) / Reduction.PART)];
            this.group = new double[0];
        } else {
            Projection runs = new Projection(shape, reduction.from(), reduction.kept());
            this.run = runs.run();
            this.projection = runs.isByRows() ? null : runs;
            this.sums = result;
            this.group = new double[projection == null || kind == Expr.Reduction.MAX ? 0 : result.length];
            Arrays.fill(result, Reduction.neutral(kind));
        }
    }

    Expr.Reduction kind() {
        return kind;
    }

    /// The length of a run.
    long run() {
        return run;
    }

    /// Whether each run gives one number, so that threads may take runs side by side.
    boolean isByRuns() {
        return projection == null;
    }

    /// Prepares for the first element of a step.
    void start() {
        if (projection != null) {
            Arrays.fill(result, Reduction.neutral(kind));
            Arrays.fill(group, 0);
        }
    }

    /// Adds elements `start` … `start + count − 1` of the tensor, whose values are the first of `x`, which is
    /// overwritten.
    ///
    /// @param lanes of the thread; a run that others have begun may not be continued with it
    void add(Lanes lanes, double[] x, long start, int count) {
        if (kind == Expr.Reduction.SUM_OF_SQUARES) {
            for (int i = 0; i < count; i++) {
                x[i] *= x[i];
            }
        }
        int done = 0;
        while (done < count) {
            long position = start + done;
            long offset = position % run;
            int length = (int) Math.min(run - offset, count - done);
            if (projection != null && (projection.isRunKept() || kind == Expr.Reduction.MAX)) {
                addSpread(projection, x, done, length, position);
            } else {
                lanes.add(kind, x, done, done + length, offset);
                if (endsRun(position + length)) {
                    put(position, lanes.finish(kind, (offset + length) % Reduction.BLOCK != 0));
                }
            }
            done += length;
        }
    }

    /// Takes elements `start` … `end − 1`, reduced to lanes by block of their run, which `x` holds one after
    /// the other.
    ///
    /// @param x what a kernel leaves: 16 numbers for each block, at `first`, `first + stride` …
    void addLanes(Lanes lanes, double[] x, int first, int stride, long start, long end) {
        boolean areBlocks = run <= Reduction.BLOCK && start % run == 0 && end % run == 0;
        if (areBlocks && projection == null) {
            addBlocks(x, first, stride, (int) (start / run), (int) (end / run));
            return;
        }
        int at = first;
        long position = start;
        long offset = position % run;
        while (position < end) {
            long length = Math.min(Math.min(Reduction.BLOCK, run - offset), end - position);
            position += length;
            offset += length;
            boolean endsRun = offset == run || position == elements;
            if (endsRun && offset <= Reduction.BLOCK) {
                put(position - 1, Lanes.pairwise(kind, x, at));
            } else if (endsRun) {
                lanes.addBlock(kind, x, at);
                put(position - 1, lanes.finish(kind, false));
            } else if (offset % Reduction.BLOCK == 0) {
                lanes.addBlock(kind, x, at);
            } else {
                lanes.openBlock(kind, x, at);
            }
            offset = offset == run ? 0 : offset;
            at += stride;
        }
    }

    /// Takes whole runs `from` … `to − 1`, each of one block.
    private void addBlocks(double[] x, int first, int stride, int from, int to) {
        int at = first;
        for (int i = from; i < to; i++) {
            sums[i] = Lanes.pairwise(kind, x, at);
            at += stride;
        }
    }

    private boolean endsRun(long position) {
        return position % run == 0 || position == elements;
    }

    /// Keeps the result of the run that the element at `position` belongs to.
    private void put(long position, double value) {
        if (projection == null) {
            sums[(int) (position / run)] = value;
        } else {
            addRun((int) projection.index(position), projection.ordinal(position), value);
        }
    }

    private void addSpread(Projection onto, double[] x, int from, int length, long position) {
        int element = (int) onto.index(position);
        if (kind == Expr.Reduction.MAX) {
            int step = onto.isRunKept() ? 1 : 0;
            for (int i = 0; i < length; i++) {
                result[element + i * step] = Math.max(result[element + i * step], x[from + i]);
            }
        } else if (onto.ordinal(position) % Reduction.BLOCK == 0) {
            for (int i = 0; i < length; i++) {
                result[element + i] += group[element + i];
                group[element + i] = x[from + i];
            }
        } else {
            for (int i = 0; i < length; i++) {
                group[element + i] += x[from + i];
            }
        }
    }

    private void addRun(int element, long ordinal, double sum) {
        if (ordinal % Reduction.BLOCK == 0) {
            result[element] += group[element];
            group[element] = sum;
        } else {
            group[element] += sum;
        }
    }

    /// Completes the result after the last element.
    void finish() {
        if (sums != result) {
            result[0] = total();
        }
        for (int i = 0; i < group.length; i++) {
            result[i] += group[i];
        }
    }

    private double total() {
        if (kind == Expr.Reduction.MAX) {
            double most = Double.NEGATIVE_INFINITY;
            for (double part : sums) {
                most = Math.max(most, part);
            }
            return most;
        }
        int whole = (int) (elements / run);
        for (int i = 0; i < whole; i++) {
            total.push(sums[i]);
        }
        return total.finishWith(whole < sums.length ? sums[whole] : 0);
    }
}
