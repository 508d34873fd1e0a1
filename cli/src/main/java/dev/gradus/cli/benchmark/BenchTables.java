package dev.gradus.cli.benchmark;

import dev.gradus.StateFormat;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Series;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.contest.Verification;
import dev.gradus.bench.result.Finding;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.result.Requirements;
import dev.gradus.bench.startup.FirstStep;
import dev.gradus.bench.statistics.Estimate;
import dev.gradus.cli.report.Table;
import dev.gradus.cli.report.Table.Column;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// The tables of a report, by their headings. A ratio is the median of the ratios of all rounds, with an interval that
/// contains the true median with a probability of 95 % at least.
public final class BenchTables {
    private static final double CONFIDENCE = 0.95;

    private BenchTables() {}

    /// All tables that have rows.
    public static SequencedMap<String, Table> of(Report report, Map<String, String> reasons) {
        SequencedMap<String, Table> tables = new LinkedHashMap<>();
        tables.put("Steps", steps(report));
        tables.put("Steps with reductions", reductions(report));
        tables.put("Other libraries", peers(report));
        tables.put("Formats of states", formats(report));
        tables.put("Kinds of memory", memory(report));
        tables.put("First step of a fresh JVM, 1 M parameters", firstSteps(report));
        tables.put("What is required", requirements(report, reasons));
        tables.values().removeIf(table -> table.rows().isEmpty());
        return tables;
    }

    private static Table steps(Report report) {
        List<List<String>> rows = new ArrayList<>();
        report.of(Suite.STEP).forEach(outcome -> {
            Entrant gradus = outcome.contest().entrants().getFirst();
            outcome.of(gradus)
                    .ifPresent(mine -> rows.add(List.of(
                            gradus.algorithm().title(),
                            outcome.contest().layout().name(),
                            String.valueOf(outcome.contest().threads()),
                            nanos(mine),
                            gigabytes(mine),
                            against(outcome, gradus, Entrant.loop(gradus.algorithm())),
                            against(outcome, gradus, Entrant.stream(gradus.algorithm())),
                            bytes(mine))));
        });
        return new Table(
                List.of(
                        new Column("rule", false),
                        new Column("parameters", true),
                        new Column("threads", true),
                        new Column("ns/parameter", true),
                        new Column("GB/s", true),
                        new Column("against the loop", true),
                        new Column("against the stream", true),
                        new Column("B/step", true)),
                rows);
    }

    private static Table reductions(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (Suite suite : List.of(Suite.ROWS, Suite.TENSORS)) {
            report.of(suite).forEach(outcome -> {
                Entrant gradus = outcome.contest().entrants().get(0);
                Entrant other = outcome.contest().entrants().get(1);
                outcome.of(gradus)
                        .ifPresent(mine -> rows.add(List.of(
                                gradus.algorithm().title(),
                                outcome.contest().layout().name(),
                                String.valueOf(outcome.contest().threads()),
                                nanos(mine),
                                gigabytes(mine),
                                against(outcome, gradus, other),
                                against(outcome, gradus, Entrant.stream(gradus.algorithm())))));
            });
        }
        return new Table(
                List.of(
                        new Column("rule", false),
                        new Column("parameters", true),
                        new Column("threads", true),
                        new Column("ns/parameter", true),
                        new Column("GB/s", true),
                        new Column("against AdamW", true),
                        new Column("against the stream", true)),
                rows);
    }

    private static Table peers(Report report) {
        List<List<String>> rows = new ArrayList<>();
        report.of(Suite.PEERS).forEach(outcome -> {
            Contest contest = outcome.contest();
            Entrant peer = contest.entrants().getLast();
            outcome.of(peer).ifPresent(its -> {
                for (Entrant gradus : contest.entrants()) {
                    if (gradus.library() == Library.GRADUS) {
                        outcome.of(gradus)
                                .ifPresent(mine -> rows.add(List.of(
                                        peer.title(),
                                        gradus.title(),
                                        contest.layout().name(),
                                        String.valueOf(contest.threads()),
                                        nanos(its),
                                        nanos(mine),
                                        against(outcome, gradus, peer))));
                    }
                }
            });
        });
        return new Table(
                List.of(
                        new Column("library", false),
                        new Column("beside", false),
                        new Column("parameters", true),
                        new Column("threads", true),
                        new Column("its ns/parameter", true),
                        new Column("ours", true),
                        new Column("ours against its", true)),
                rows);
    }

    private static Table formats(Report report) {
        List<List<String>> rows = new ArrayList<>();
        report.of(Suite.FORMATS)
                .forEach(outcome -> outcome.series()
                        .forEach(mine -> rows.add(List.of(
                                mine.entrant().algorithm().title(),
                                mine.entrant().formatTitle(),
                                outcome.contest().layout().name(),
                                String.valueOf(outcome.contest().threads()),
                                nanos(mine),
                                against(outcome, mine.entrant(), mine.entrant().with(StateFormat.ARITHMETIC))))));
        return new Table(
                List.of(
                        new Column("rule", false),
                        new Column("states in", false),
                        new Column("parameters", true),
                        new Column("threads", true),
                        new Column("ns/parameter", true),
                        new Column("against float32", true)),
                rows);
    }

    private static Table memory(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (Suite suite : List.of(Suite.MEMORY_ALONE, Suite.MEMORY_TOGETHER)) {
            report.of(suite)
                    .forEach(outcome -> outcome.series().stream()
                            .filter(series -> series.entrant().library() == Library.GRADUS)
                            .forEach(mine -> rows.add(List.of(
                                    mine.entrant().memory().title(),
                                    suite == Suite.MEMORY_ALONE ? "alone" : "with all others",
                                    nanos(mine),
                                    against(
                                            outcome,
                                            mine.entrant(),
                                            Entrant.loop(mine.entrant().algorithm()))))));
        }
        return new Table(
                List.of(
                        new Column("memory", false),
                        new Column("in its JVM", false),
                        new Column("ns/parameter", true),
                        new Column("against the loop", true)),
                rows);
    }

    private static Table firstSteps(Report report) {
        List<List<String>> rows = new ArrayList<>();
        for (boolean kernels : List.of(true, false)) {
            List<FirstStep> steps = report.firstSteps().stream()
                    .filter(step -> step.kernels() == kernels)
                    .toList();
            if (!steps.isEmpty()) {
                rows.add(List.of(
                        kernels ? "with the Vector API" : "without it",
                        String.valueOf(steps.size()),
                        millis(steps, FirstStep::creationNanos),
                        millis(steps, FirstStep::stepNanos)));
            }
        }
        return new Table(
                List.of(
                        new Column("JVM", false),
                        new Column("JVMs", true),
                        new Column("making the optimizer, ms", true),
                        new Column("first step, ms", true)),
                rows);
    }

    private static Table requirements(Report report, Map<String, String> reasons) {
        List<Finding> findings = Requirements.findings(report);
        boolean explained = findings.stream().anyMatch(finding -> reasons.containsKey(finding.id()));
        List<Column> columns = new ArrayList<>(List.of(
                new Column("figure", false),
                new Column("at most", true),
                new Column("measured", true),
                new Column("reached", false)));
        if (explained) {
            columns.add(new Column("reason", false));
        }
        List<List<String>> rows = new ArrayList<>();
        for (Finding finding : findings) {
            String unit = finding.unit().isEmpty() ? "" : " " + finding.unit();
            List<String> row = new ArrayList<>(List.of(
                    finding.text(),
                    (unit.isEmpty() ? "%.2f" : "%.0f%s").formatted(finding.bound(), unit),
                    interval(finding.measured()) + unit,
                    finding.isReached() ? "yes" : "no"));
            if (explained) {
                row.add(reasons.getOrDefault(finding.id(), ""));
            }
            rows.add(row);
        }
        return new Table(columns, rows);
    }

    /// A contest in one line: `AdamW, 1 M, 1 thread: Gradus AdamW 0.560 ns/parameter, loop AdamW 0.551 ns/parameter`.
    public static String line(Outcome outcome) {
        String times = outcome.series().stream()
                .map(series -> series.entrant().title() + " " + nanos(series) + " ns/parameter")
                .collect(Collectors.joining(", "));
        return outcome.contest().title() + ": " + times + (outcome.verified() ? "" : ", WRONG RESULTS");
    }

    /// What the tables do not say, as sentences.
    public static List<String> notes(Report report) {
        List<String> notes = new ArrayList<>();
        long elements = verifications(report, Verification::elements);
        long different = verifications(report, Verification::different);
        long steps = verifications(report, Verification::steps);
        notes.add(
                different == 0
                        ? "After the steps of each contest (%,d in all) every element of values and states (%,d in all) was, to the bit, what the interpreter gives."
                                .formatted(steps, elements)
                        : "WRONG RESULTS: %,d of %,d elements were not what the interpreter gives."
                                .formatted(different, elements));
        report.outcomes().stream()
                .filter(outcome -> !outcome.verified())
                .forEach(outcome -> notes.add("Wrong: " + outcome.contest().title() + "."));
        report.of(Suite.PEERS)
                .flatMap(outcome -> outcome.contest().entrants().stream())
                .map(entrant -> entrant.library().remark())
                .filter(remark -> !remark.isEmpty())
                .distinct()
                .forEach(notes::add);
        for (String skipped : report.skipped()) {
            notes.add("Not measured: " + skipped + ".");
        }
        return notes;
    }

    private static long verifications(Report report, ToLongFunction<Verification> count) {
        return report.outcomes().stream()
                .flatMap(outcome -> outcome.verifications().stream())
                .mapToLong(count)
                .sum();
    }

    /// What the figures mean, as sentences.
    public static List<String> legend(Report report) {
        List<String> legend = new ArrayList<>();
        legend.add(
                "Time is that of a step divided by the number of parameters, the median of all rounds; in each round "
                        + "every contestant of a row has a turn, and a ratio is the median of the rounds' ratios with its "
                        + "interval of 95 %.");
        legend.add("GB/s counts what a rule must at least read and write: 28 bytes per parameter for AdamW, 36 for "
                + "AMSGrad, 40 for LAMB, 32 with clipping of the global norm.");
        legend.add("The loop is the rule written by hand over float[]; the stream reads and writes as many arrays and "
                + "computes next to nothing. K is 2¹⁰, M is 2²⁰.");
        if (report.of(Suite.STEP)
                .flatMap(outcome -> outcome.series().stream())
                .anyMatch(
                        series -> Estimate.ofMedian(series.nanosPerParameter()).confidence() < CONFIDENCE)) {
            legend.add("The rounds are too few for an interval of 95 %: it is that from the smallest to the largest.");
        }
        return legend;
    }

    private static String against(Outcome outcome, Entrant gradus, Entrant other) {
        Optional<Series> mine = outcome.of(gradus);
        Optional<Series> its = outcome.of(other);
        return mine.isPresent() && its.isPresent()
                ? interval(Estimate.ofRatio(
                        mine.get().nanosPerParameter(), its.get().nanosPerParameter()))
                : "";
    }

    private static String millis(List<FirstStep> steps, ToLongFunction<FirstStep> nanos) {
        return interval(Estimate.ofMedian(steps.stream()
                .mapToDouble(step -> nanos.applyAsLong(step) * 1e-6)
                .toArray()));
    }

    private static String nanos(Series series) {
        return "%.3f".formatted(Estimate.ofMedian(series.nanosPerParameter()).median());
    }

    private static String gigabytes(Series series) {
        return "%.1f".formatted(1 / Estimate.ofMedian(series.nanosPerByte()).median());
    }

    private static String bytes(Series series) {
        return "%,.0f".formatted(series.bytesAllocatedPerStep());
    }

    /// `0.98 [0.96, 1.01]`
    static String interval(Estimate estimate) {
        return "%s [%s, %s]".formatted(number(estimate.median()), number(estimate.low()), number(estimate.high()));
    }

    /// Two places behind the point, more for what is small, fewer for what is large.
    private static String number(double value) {
        String format = value >= 100 ? "%.0f" : value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.3f";
        return String.format(Locale.ROOT, format, value);
    }
}
