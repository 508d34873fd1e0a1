package dev.gradus.bench.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Memory;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Series;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.contest.Verification;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final Entrant GRADUS = Entrant.gradus(Algorithm.ADAMW);
    private static final Entrant LOOP = Entrant.loop(Algorithm.ADAMW);

    @TempDir
    private Path folder;

    @Test
    void aReportComesBackFromItsFile() throws Exception {
        Report report = report(step(Layout.M1, 1.02));

        Path file = Files.writeString(folder.resolve("report.json"), report.toJson());
        Report read = Report.read(file);

        assertThat(read.toJson()).isEqualTo(report.toJson());
        assertThat(read.outcomes().getFirst().contest())
                .isEqualTo(report.outcomes().getFirst().contest());
        assertThat(read.machine()).isEqualTo(report.machine());
        assertThat(Requirements.findings(read)).isEqualTo(Requirements.findings(report));
    }

    @Test
    void anythingElseIsRefusedInASentence() throws Exception {
        Path file = Files.writeString(folder.resolve("other.json"), "[1, 2");

        assertThatThrownBy(() -> Report.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("other.json is no report of gradus bench");
    }

    @Test
    void aFigureIsReachedWhereItsIntervalIncludesTheBound() {
        assertThat(Requirements.findings(report(step(Layout.M1, 1.04), step(Layout.K20, 1.2))))
                .extracting(Finding::id, Finding::isReached)
                .contains(tuple("loop-1-m-1", true), tuple("loop-20-k-1", false));
    }

    @Test
    void figuresPerByteAllowForTheBytes() {
        Entrant amsGrad = Entrant.gradus(Algorithm.AMSGRAD);
        // 36 bytes in 1.29 of the time of 28.
        Outcome outcome = outcome(Suite.STEP, Layout.M100, List.of(amsGrad, GRADUS), List.of(rounds(1.29), rounds(1)));

        Finding finding = Requirements.findings(report(outcome)).getFirst();

        assertThat(finding.id()).isEqualTo("byte-amsgrad-100-m-1");
        assertThat(finding.measured().median()).isBetween(1.003, 1.004);
    }

    @Test
    void memoryIsComparedAcrossJvmsByWhatTheLoopTakesInEach() {
        Entrant mapped = GRADUS.in(Memory.MAPPED);
        Outcome alone = outcome(Suite.MEMORY_ALONE, Layout.M1, List.of(mapped, LOOP), List.of(rounds(1), rounds(1)));
        Outcome together =
                outcome(Suite.MEMORY_TOGETHER, Layout.M1, List.of(mapped, LOOP), List.of(rounds(2.4), rounds(2)));

        assertThat(Requirements.findings(report(alone, together)))
                .filteredOn(finding -> finding.id().equals("memory-mapped"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.measured().median()).isBetween(1.19, 1.21);
                    assertThat(finding.isReached()).isFalse();
                });
    }

    @Test
    void startingIsJudgedByTheJvmsThatHaveKernels() {
        assertThat(Requirements.findings(report()))
                .extracting(Finding::id, finding -> finding.measured().median())
                .containsExactly(tuple("first-step", 80.0), tuple("percentile-99", 2.0));
    }

    @Test
    void oneWrongElementIsSeen() {
        Contest contest = new Contest(Suite.STEP, Layout.M1, 1, 15, List.of(GRADUS));
        Series series = new Series(GRADUS, 1, rounds(1), 0);
        Outcome wrong = new Outcome(contest, List.of(series), List.of(new Verification(GRADUS, 10, 100, 1)));

        assertThat(report(wrong).verified()).isFalse();
        assertThat(report(step(Layout.M1, 1)).verified()).isTrue();
    }

    @Test
    void theNameOfAMachineIsGoodForAFile() {
        Machine machine = new Machine(
                "Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz", 2, "avx2", List.of("L2 1M"), 1L << 34, "", "Linux", "JVM");

        assertThat(machine.fileName()).isEqualTo("intel-xeon-e5-2686-v4-2");
        assertThat(Machine.here().fileName()).matches("[a-z0-9-]+");
    }

    private static Outcome step(Layout layout, double ratio) {
        return outcome(Suite.STEP, layout, List.of(GRADUS, LOOP), List.of(rounds(ratio), rounds(1)));
    }

    private static Outcome outcome(Suite suite, Layout layout, List<Entrant> entrants, List<double[]> times) {
        return new Outcome(
                new Contest(suite, layout, 1, 15, entrants),
                Stream.iterate(0, i -> i < times.size(), i -> i + 1)
                        .map(i -> new Series(entrants.get(i), 3, times.get(i), 0))
                        .toList(),
                List.of(new Verification(entrants.getFirst(), 45, 3, 0)));
    }

    /// Fifteen rounds that all took the same.
    private static double[] rounds(double nanos) {
        double[] rounds = new double[15];
        Arrays.fill(rounds, nanos);
        return rounds;
    }

    private static Report report(Outcome... outcomes) {
        return new Report(
                "gradus bench",
                "1.0",
                "2026-01-31",
                new Machine("Toy", 2, "", List.of(), 1L << 30, "", "none", "none"),
                List.of("--flag"),
                12,
                List.of(outcomes),
                List.of(new FirstStep(true, 1_000_000, 80_000_000), new FirstStep(false, 1_000_000, 200_000_000)),
                List.of(new EarlySteps(new double[] {2, 2, 2}, 1)),
                List.of("something: too large"));
    }
}
