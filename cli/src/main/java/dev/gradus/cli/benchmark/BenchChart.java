package dev.gradus.cli.benchmark;

import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Series;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.result.Machine;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.statistics.Estimate;
import dev.gradus.cli.chart.BarChart;
import dev.gradus.cli.chart.BarChart.Bar;
import dev.gradus.cli.chart.Chart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// What an AdamW step costs, beside a loop written by hand and the Adam of other libraries.
public final class BenchChart {
    private static final int WIDTH = 820;

    private BenchChart() {}

    /// A chart of the largest model with most threads that was measured; nothing if AdamW was not.
    public static Optional<Chart> of(Report report) {
        return report.of(Suite.STEP)
                .filter(outcome -> outcome.of(Entrant.gradus(Algorithm.ADAMW)).isPresent())
                .max(Comparator.comparingLong(
                                (Outcome outcome) -> outcome.contest().layout().parameters())
                        .thenComparingInt(outcome -> outcome.contest().threads()))
                .map(outcome -> chart(report, outcome));
    }

    private static Chart chart(Report report, Outcome ours) {
        Contest contest = ours.contest();
        List<Bar> bars = new ArrayList<>();
        bars.add(bar("Gradus", 1, 0));
        ours.of(Entrant.loop(Algorithm.ADAMW))
                .ifPresent(series -> bars.add(bar("loop written by hand", ratio(series, ours), 2)));
        List<Bar> peers = new ArrayList<>();
        report.of(Suite.PEERS)
                .filter(outcome -> outcome.contest().layout().equals(contest.layout())
                        && outcome.contest().threads() == contest.threads()
                        && outcome.of(Entrant.gradus(Algorithm.ADAMW)).isPresent())
                .forEach(outcome -> outcome.series().stream()
                        .filter(series -> series.entrant().library() != Library.GRADUS)
                        .forEach(series -> peers.add(
                                bar(series.entrant().library().title() + "'s Adam", ratio(series, outcome), 1))));
        peers.sort(Comparator.comparingDouble(Bar::value));
        bars.addAll(peers);
        Machine machine = report.machine();
        String title = "One step of AdamW over " + contest.layout().name() + " float32 parameters";
        String subtitle = "time against that of Gradus in the same rounds, " + contest.threads()
                + (contest.threads() == 1 ? " thread, " : " threads, ") + machine.processor();
        return new BarChart(title, subtitle, title + ": " + subtitle, bars, WIDTH);
    }

    /// Against Gradus in the same contest: how fast the memory is changes from one to the next.
    private static double ratio(Series series, Outcome outcome) {
        Series ours = outcome.of(Entrant.gradus(Algorithm.ADAMW)).orElseThrow();
        return Estimate.ofRatio(series.nanosPerParameter(), ours.nanosPerParameter())
                .median();
    }

    private static Bar bar(String name, double value, int index) {
        return new Bar(name, value, (value < 10 ? "%.2f" : "%.1f").formatted(value), index);
    }
}
