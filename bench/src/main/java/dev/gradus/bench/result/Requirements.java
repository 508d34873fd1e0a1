package dev.gradus.bench.result;

import static dev.gradus.bench.contest.Algorithm.ADABELIEF;
import static dev.gradus.bench.contest.Algorithm.ADAM;
import static dev.gradus.bench.contest.Algorithm.ADAMW;
import static dev.gradus.bench.contest.Algorithm.AMSGRAD;
import static dev.gradus.bench.contest.Algorithm.CENTRALIZED_ADAM;
import static dev.gradus.bench.contest.Algorithm.CLIPPED_ADABELIEF;
import static dev.gradus.bench.contest.Algorithm.LAMB;
import static dev.gradus.bench.contest.Algorithm.RADAM;
import static dev.gradus.bench.contest.Algorithm.RENORMALIZED_ADAM;

import dev.gradus.StateFormat;
import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Memory;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Series;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import dev.gradus.bench.statistics.Estimate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// The figures that Gradus must reach, as ratios within one run.
public final class Requirements {
    private static final double FIRST_STEP_MILLIS = 100;
    private static final double LATE_STEPS = 6;
    private static final double TOGETHER = 1.10;

    /// Rows of the lengths that are required.
    public static final List<Layout> ROWS =
            List.of(Layout.rows("64", 64), Layout.rows("1 K", Layout.K), Layout.rows("64 K", 64 * Layout.K));

    private final Report report;
    private final List<Finding> findings = new ArrayList<>();

    private Requirements(Report report) {
        this.report = report;
    }

    /// The figures of a report; those that it did not measure are left out.
    public static List<Finding> findings(Report report) {
        return new Requirements(report).all();
    }

    private List<Finding> all() {
        for (int threads : threadCounts()) {
            loop(Layout.M100, threads, 1.00);
            loop(Layout.M1, threads, 1.05);
            loop(Layout.K20, threads, 1.10);
        }
        for (int threads : threadCounts()) {
            for (Algorithm rule : List.of(ADABELIEF, RADAM, AMSGRAD)) {
                perByte(Suite.STEP, rule, Layout.M100, threads);
            }
            for (Algorithm rule : List.of(CENTRALIZED_ADAM, RENORMALIZED_ADAM)) {
                ROWS.forEach(layout -> perByte(Suite.ROWS, rule, layout, threads));
            }
        }
        for (int threads : threadCounts()) {
            against(Suite.STEP, LAMB, ADAMW, Layout.M100, threads, 1.50);
            against(Suite.TENSORS, LAMB, ADAMW, Layout.K64_BY_1600, threads, 1.25);
            against(Suite.STEP, CLIPPED_ADABELIEF, ADABELIEF, Layout.M100, threads, 1.30);
        }
        for (int threads : threadCounts()) {
            format(StateFormat.BFLOAT16, threads, 0.82);
            format(StateFormat.EIGHT_BIT, threads, 0.95);
        }
        peer(ADAM, Library.LIBTORCH, Layout.K2_BY_500, 1, 0.20);
        peer(ADAM, Library.LIBTORCH, Layout.M1_BY_10, 2, 0.80);
        peer(ADAM, Library.LIBTORCH, Layout.M10_BY_10, 2, 0.95);
        peer(ADAMW, Library.DJL, Layout.M100, 2, 0.10);
        peer(ADAMW, Library.ND4J, Layout.M100, 2, 0.35);
        peer(ADAMW, Library.TRIBUO, Layout.M100, 2, 0.06);
        firstStep();
        lateSteps();
        memory();
        return findings;
    }

    private int[] threadCounts() {
        return report.outcomes().stream()
                .mapToInt(outcome -> outcome.contest().threads())
                .sorted()
                .distinct()
                .toArray();
    }

    private void loop(Layout layout, int threads, double bound) {
        ratio(
                "loop-" + slug(layout) + "-" + threads,
                "AdamW against the hand-written loop, " + where(layout, threads),
                bound,
                Suite.STEP,
                layout,
                threads,
                Entrant.gradus(ADAMW),
                Entrant.loop(ADAMW),
                Series::nanosPerParameter);
    }

    private void perByte(Suite suite, Algorithm rule, Layout layout, int threads) {
        ratio(
                "byte-" + slug(rule) + "-" + slug(layout) + "-" + threads,
                rule.title() + " against AdamW, per byte moved, " + where(layout, threads),
                1.05,
                suite,
                layout,
                threads,
                Entrant.gradus(rule),
                Entrant.gradus(ADAMW),
                Series::nanosPerByte);
    }

    private void against(Suite suite, Algorithm rule, Algorithm other, Layout layout, int threads, double bound) {
        ratio(
                slug(rule) + "-" + slug(layout) + "-" + threads,
                rule.title() + " against " + other.title() + ", " + where(layout, threads),
                bound,
                suite,
                layout,
                threads,
                Entrant.gradus(rule),
                Entrant.gradus(other),
                Series::nanosPerParameter);
    }

    private void format(StateFormat format, int threads, double bound) {
        Entrant narrow = Entrant.gradus(ADAMW).with(format);
        ratio(
                slug(narrow.formatTitle()) + "-" + slug(Layout.M100) + "-" + threads,
                "AdamW with states in " + narrow.formatTitle() + " against float32, " + where(Layout.M100, threads),
                bound,
                Suite.FORMATS,
                Layout.M100,
                threads,
                narrow,
                Entrant.gradus(ADAMW),
                Series::nanosPerParameter);
    }

    private void peer(Algorithm rule, Library library, Layout layout, int threads, double bound) {
        ratio(
                slug(library.title()) + "-" + slug(layout) + "-" + threads,
                rule.title() + " against " + library.title() + "'s Adam, " + where(layout, threads),
                bound,
                Suite.PEERS,
                layout,
                threads,
                Entrant.gradus(rule),
                Entrant.peer(library),
                Series::nanosPerParameter);
    }

    private void ratio(
            String id,
            String text,
            double bound,
            Suite suite,
            Layout layout,
            int threads,
            Entrant numerator,
            Entrant denominator,
            Function<Series, double[]> times) {
        // Entrants such as AdamW take part in many contests: only one with both is meant.
        report.of(suite)
                .filter(outcome -> outcome.contest().layout().equals(layout)
                        && outcome.contest().threads() == threads)
                .flatMap(outcome -> ratio(outcome, numerator, denominator, times).stream())
                .findFirst()
                .ifPresent(measured -> findings.add(new Finding(id, text, bound, "", measured)));
    }

    private static Optional<Estimate> ratio(
            Outcome outcome, Entrant numerator, Entrant denominator, Function<Series, double[]> times) {
        return outcome.of(numerator)
                .flatMap(over ->
                        outcome.of(denominator).map(under -> Estimate.ofRatio(times.apply(over), times.apply(under))));
    }

    private void firstStep() {
        double[] millis = report.firstSteps().stream()
                .filter(FirstStep::kernels)
                .mapToDouble(step -> step.stepNanos() * 1e-6)
                .toArray();
        if (millis.length > 0) {
            findings.add(new Finding(
                    "first-step",
                    "first step of 1 M parameters, " + millis.length + " fresh JVMs",
                    FIRST_STEP_MILLIS,
                    "ms",
                    Estimate.ofMedian(millis)));
        }
    }

    private void lateSteps() {
        double[] ratios = report.earlySteps().stream()
                .mapToDouble(EarlySteps::percentile99)
                .toArray();
        if (ratios.length > 0) {
            findings.add(new Finding(
                    "percentile-99",
                    "99th percentile of steps 2 to 1000 against the steady step, 1 M, 1 thread, " + ratios.length
                            + " fresh JVMs",
                    LATE_STEPS,
                    "",
                    Estimate.ofMedian(ratios)));
        }
    }

    /// Across JVMs, so each time is taken relative to the loop of its own JVM.
    private void memory() {
        for (Memory memory : Memory.values()) {
            double[] alone = relativeToLoop(Suite.MEMORY_ALONE, memory);
            double[] together = relativeToLoop(Suite.MEMORY_TOGETHER, memory);
            if (alone.length > 0 && together.length > 0) {
                findings.add(new Finding(
                        "memory-" + memory.title(),
                        "AdamW in " + memory.title() + " memory, in a JVM that uses all kinds against one that uses "
                                + "no other, 1 M, 1 thread",
                        TOGETHER,
                        "",
                        Estimate.ofSeparateRatio(together, alone)));
            }
        }
    }

    private double[] relativeToLoop(Suite suite, Memory memory) {
        return report.of(suite)
                .flatMap(outcome -> outcome.of(Entrant.gradus(ADAMW).in(memory)).stream()
                        .flatMap(mine -> outcome.of(Entrant.loop(ADAMW)).stream()
                                .map(loop -> {
                                    double[] ratios = mine.nanosPerParameter().clone();
                                    Arrays.setAll(ratios, i -> ratios[i] / loop.nanosPerParameter()[i]);
                                    return ratios;
                                })))
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private static String where(Layout layout, int threads) {
        return layout.name() + ", " + threads + (threads == 1 ? " thread" : " threads");
    }

    private static String slug(Layout layout) {
        return slug(layout.name());
    }

    private static String slug(Algorithm rule) {
        return slug(rule.title());
    }

    private static String slug(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    }
}
