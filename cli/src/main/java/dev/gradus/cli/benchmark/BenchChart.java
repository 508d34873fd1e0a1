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

/// What an AdamW step costs per parameter, beside a loop written by hand and the Adam of other libraries.
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
        ours.of(Entrant.gradus(Algorithm.ADAMW)).ifPresent(series -> bars.add(bar("Gradus", series, 0)));
        ours.of(Entrant.loop(Algorithm.ADAMW)).ifPresent(series -> bars.add(bar("loop written by hand", series, 2)));
        List<Bar> peers = new ArrayList<>();
        report.of(Suite.PEERS)
                .filter(outcome -> outcome.contest().layout().equals(contest.layout())
                        && outcome.contest().threads() == contest.threads())
                .forEach(outcome -> outcome.series().stream()
                        .filter(series -> series.entrant().library() != Library.GRADUS)
                        .forEach(series ->
                                peers.add(bar(series.entrant().library().title() + "'s Adam", series, 1))));
        peers.sort(Comparator.comparingDouble(Bar::value));
        bars.addAll(peers);
        Machine machine = report.machine();
        String title = "One step of AdamW over " + contest.layout().name() + " float32 parameters";
        String subtitle = "nanoseconds per parameter, " + contest.threads()
                + (contest.threads() == 1 ? " thread, " : " threads, ") + machine.processor();
        return new BarChart(title, subtitle, title + ", in " + subtitle, bars, WIDTH);
    }

    private static Bar bar(String name, Series series, int index) {
        double nanos = Estimate.ofMedian(series.nanosPerParameter()).median();
        return new Bar(name, nanos, (nanos < 10 ? "%.2f" : "%.1f").formatted(nanos), index);
    }
}
