package dev.gradus.cli;

import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import me.tongfei.progressbar.ProgressState;
import org.jspecify.annotations.Nullable;

/// A bar on the error stream while something takes long; nothing where nobody watches. It appears with the first step,
/// so that several can be made before any of them begins.
final class Progress implements AutoCloseable {
    private final String task;
    private final String unit;
    private final boolean watched = Terminal.watchesErrors();
    private long total;
    private @Nullable ProgressBar bar;

    /// @param task what is done
    /// @param unit what is counted, with a space before it
    /// @param total how many of them there are
    Progress(String task, String unit, long total) {
        this.task = task;
        this.unit = unit;
        this.total = total;
    }

    /// One more is done.
    ///
    /// @param message what is at work
    void step(String message) {
        if (watched) {
            ProgressBar shown = show();
            shown.step();
            shown.setExtraMessage(" " + message);
        }
    }

    /// One more is done of what [#at(String)] has told.
    void step() {
        if (watched) {
            show().step();
        }
    }

    /// Something else is at work, of which nothing is done yet.
    void at(String message) {
        if (watched) {
            show().setExtraMessage(" " + message);
        }
    }

    private ProgressBar show() {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(total)
                    .setUnit(unit, 1)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUpdateIntervalMillis(200)
                    .setEtaFunction(Progress::remaining)
                    .setConsumer(new ConsoleProgressBarConsumer(System.err))
                    .build();
        }
        return bar;
    }

    /// Takes the bar away from its line, which something else is printed in; it comes back by itself.
    void clearLine() {
        if (bar != null) {
            System.err.print("\r\u001b[K");
            System.err.flush();
        }
    }

    /// Some that were counted will not be done.
    void skip(long count) {
        total -= count;
        if (bar != null) {
            bar.maxHint(total);
        }
    }

    @Override
    public void close() {
        finish();
    }

    /// Nothing more will be done.
    void finish() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private static Optional<Duration> remaining(ProgressState state) {
        // The first step was made before the bar began to count time.
        long timed = state.getCurrent() - 1;
        return timed <= 0
                ? Optional.empty()
                : Optional.of(
                        Duration.ofMillis((long) (state.getElapsedAfterStart().toMillis()
                                * (double) (state.getMax() - state.getCurrent())
                                / timed)));
    }
}
