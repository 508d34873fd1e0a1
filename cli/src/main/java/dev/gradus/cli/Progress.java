package dev.gradus.cli;

import java.time.Duration;
import java.util.Optional;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/// A bar on the error stream while something takes long; nothing where nobody watches.
final class Progress implements AutoCloseable {
    private final Optional<ProgressBar> bar;

    /// @param task what is done
    /// @param unit what is counted, with a space before it
    /// @param total how many of them there are
    Progress(String task, String unit, long total) {
        bar = Terminal.watchesErrors() && total > 0
                ? Optional.of(new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setUnit(unit, 1)
                        .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                        .setUpdateIntervalMillis(200)
                        .setEtaFunction(state -> state.getCurrent() == 0
                                ? Optional.empty()
                                : Optional.of(Duration.ofMillis(
                                        (long) (state.getElapsedAfterStart().toMillis()
                                                * (double) (state.getMax() - state.getCurrent())
                                                / state.getCurrent()))))
                        .setConsumer(new ConsoleProgressBarConsumer(System.err))
                        .build())
                : Optional.empty();
    }

    /// One more is done.
    ///
    /// @param message what is at work
    void step(String message) {
        bar.ifPresent(b -> {
            b.step();
            b.setExtraMessage(" " + message);
        });
    }

    /// Some that were counted will not be done.
    void skip(long count) {
        bar.ifPresent(b -> b.maxHint(b.getMax() - count));
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
