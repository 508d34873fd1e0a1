package dev.gradus.cli.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Series;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.contest.Verification;
import dev.gradus.bench.result.Machine;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.startup.FirstStep;
import dev.gradus.cli.report.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsFolderTest {
    private static final Entrant GRADUS = Entrant.gradus(Algorithm.ADAMW);
    private static final Entrant ADAM = Entrant.gradus(Algorithm.ADAM);

    @TempDir
    private Path folder;

    @Test
    void theTableOfStepsHasTimesRatiosAndBytes() {
        Table steps = Objects.requireNonNull(
                BenchTables.of(report("Toy", 0), Map.of()).get("Steps"));

        assertThat(steps.toText()).isEqualTo("""
                rule   parameters  threads  ns/parameter  GB/s   against the loop  against the stream  B/step
                ─────  ──────────  ───────  ────────────  ────  ─────────────────  ──────────────────  ──────
                AdamW         1 M        2         0.560  50.0  1.12 [1.12, 1.12]   1.40 [1.40, 1.40]       0
                """);
    }

    @Test
    void aPageHasAllMachinesAndTheReasonsThatSomebodyWrote() throws Exception {
        new ResultsFolder(folder).add(report("Slow", 0));
        Files.writeString(folder.resolve("toy-2.reasons.properties"), "loop-1-m-2 = A stone lies on the cable.");

        Path page = new ResultsFolder(folder).add(report("Toy", 0));

        assertThat(page)
                .content()
                .contains("## Slow, 2 processors", "## Toy, 2 processors", "[slow-2.json](slow-2.json)")
                .contains("| AdamW against the hand-written loop, 1 M, 2 threads | 1.05 | 1.12 [1.12, 1.12] | no | "
                        + "A stone lies on the cable. |")
                .contains("Identifiers of the figures, in their order: `loop-1-m-2`, ")
                .contains("Not measured: something large.")
                .contains("was, to the bit, what the interpreter gives.")
                .doesNotContain("WRONG");
        assertThat(folder.resolve("toy-2.svg")).content().contains("<svg", "LibTorch's Adam", "loop written by hand");
    }

    @Test
    void thePageStaysTheSameWhenItIsMadeAgain() throws Exception {
        Path page = new ResultsFolder(folder).add(report("Toy", 0));
        String before = Files.readString(page);

        new ResultsFolder(folder).add(Report.read(folder.resolve("toy-2.json")));

        assertThat(page).content().isEqualTo(before);
    }

    @Test
    void wrongElementsAreTheFirstThingSaid() {
        assertThat(BenchTables.notes(report("Toy", 3)))
                .startsWith("WRONG RESULTS: 3 of 3,000 elements were not what the interpreter gives.")
                .contains("Wrong: AdamW, 1 M, 2 threads.");
    }

    private static Report report(String processor, long different) {
        Outcome steps = outcome(
                Suite.STEP,
                different,
                new Series(GRADUS, 10, rounds(0.56), 0),
                new Series(Entrant.loop(Algorithm.ADAMW), 10, rounds(0.5), 0),
                new Series(Entrant.stream(Algorithm.ADAMW), 10, rounds(0.4), 0));
        Outcome peers = outcome(
                Suite.PEERS,
                0,
                new Series(GRADUS, 10, rounds(0.56), 0),
                new Series(ADAM, 10, rounds(0.55), 0),
                new Series(Entrant.peer(Library.LIBTORCH), 10, rounds(0.7), 0));
        return new Report(
                "gradus bench",
                "1.0",
                "2026-01-31",
                new Machine(processor, 2, "", List.of("L2 1M"), 1L << 33, "", "none", "none"),
                List.of("--flag"),
                12,
                List.of(steps, peers),
                List.of(new FirstStep(true, 1_000_000, 80_000_000)),
                List.of(),
                List.of("something large"));
    }

    private static Outcome outcome(Suite suite, long different, Series... series) {
        return new Outcome(
                new Contest(
                        suite,
                        Layout.M1,
                        2,
                        15,
                        Arrays.stream(series).map(Series::entrant).toList()),
                List.of(series),
                List.of(new Verification(GRADUS, 100, 1500, different)));
    }

    private static double[] rounds(double nanos) {
        double[] rounds = new double[15];
        Arrays.fill(rounds, nanos);
        return rounds;
    }
}
