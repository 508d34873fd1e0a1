package dev.gradus;

import dev.gradus.cpu.Processor;
import dev.gradus.cpu.Task;
import dev.gradus.engine.Tensor;
import java.util.Arrays;

/// Makes the steps that rows of a parameter have missed, with gradients of zero.
final class MissedSteps {
    /// The most rows that catch up at once.
    private static final int BATCH = 1 << 14;

    private final Processor processor;
    private final RowBuffer buffer;
    private final RowSteps steps;
    private final ParameterInputs.Past past;

    /// Last step and index of each row that is to catch up, sorted.
    private long[] sorted = {};

    private int[] rows = {};
    private int[] batch = {};

    /// @param buffer of the rows
    /// @param steps that the rows have made
    /// @param past the inputs of steps that are over
    MissedSteps(Processor processor, RowBuffer buffer, RowSteps steps, ParameterInputs.Past past) {
        this.processor = processor;
        this.buffer = buffer;
        this.steps = steps;
        this.past = past;
    }

    /// Makes all steps up to the given one that any row has missed.
    void catchUpAll(long upTo) {
        int all = steps.rows();
        buffer.reserve(Math.min(all, BATCH));
        if (batch.length == 0) {
            batch = new int[Math.min(all, BATCH)];
        }
        int count = 0;
        for (int row = 0; row < all; row++) {
            if (steps.last(row) < upTo) {
                batch[count++] = row;
            }
            if (count == BATCH || row == all - 1) {
                catchUp(batch, count, upTo);
                count = 0;
            }
        }
    }

    /// Makes all steps up to the given one that some rows have missed. The rows that have missed most come first,
    /// so that each step runs on the first rows of the buffer; the rest of the buffer does not matter meanwhile.
    ///
    /// @param candidates for which there is room in the buffer
    void catchUp(int[] candidates, int count, long upTo) {
        sort(candidates, count);
        if (count == 0 || steps.last(rows[0]) >= upTo) {
            return;
        }
        Tensor gradient = buffer.zeroGradient(count);
        int behind = 0;
        for (long step = steps.last(rows[0]) + 1; step <= upTo; step++) {
            while (behind < count && steps.last(rows[behind]) < step) {
                buffer.gatherRow(rows[behind], behind);
                behind++;
            }
            past.goTo(step);
            Task task = buffer.task(behind);
            processor.begin(task, gradient, past);
            processor.run(task);
        }
        buffer.scatter(rows, behind);
        for (int i = 0; i < behind; i++) {
            steps.set(rows[i], upTo);
        }
    }

    private void sort(int[] candidates, int count) {
        if (sorted.length < count) {
            sorted = new long[Math.max(count, 2 * sorted.length)];
            rows = new int[sorted.length];
        }
        for (int i = 0; i < count; i++) {
            sorted[i] = steps.last(candidates[i]) << Integer.SIZE | candidates[i];
        }
        Arrays.sort(sorted, 0, count);
        for (int i = 0; i < count; i++) {
            rows[i] = (int) sorted[i];
        }
    }
}
