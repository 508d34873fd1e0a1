package dev.gradus.bench;

import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.result.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// The main class of a run that [BenchmarkTest] stops: a contest that ends soon, and one that would take hours.
final class StoppedRun {
    private static final Layout SMALL = new Layout("2 K", 1, 2 * Layout.K, Layout.K);

    private StoppedRun() {}

    static Contest contest(Algorithm algorithm, int rounds) {
        return new Contest(Suite.STEP, SMALL, 1, rounds, List.of(Entrant.gradus(algorithm), Entrant.stream(algorithm)));
    }

    /// Contests of one JVM, and two first steps with kernels and without them.
    static Plan plan(Contest... contests) {
        return new Plan(List.of(new Plan.Jvm(Library.GRADUS, List.of(contests))), 2, 0);
    }

    /// Runs contests until it is stopped.
    ///
    /// @param args the file that the report is written to
    public static void main(String[] args) {
        Path file = Path.of(args[0]);
        Plan plan = plan(contest(Algorithm.ADAMW, 1), contest(Algorithm.ADABELIEF, 1_000_000));
        new Benchmark(System.getProperty("java.class.path"), Map.of()).run(plan, "a test", "0", new Quiet() {
            @Override
            public void outcome(Outcome outcome) {
                System.out.println(outcome.contest().title());
            }

            @Override
            public void measured(Report soFar) {
                try {
                    soFar.write(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        });
    }

    /// Is told of progress, and does nothing.
    static class Quiet implements Benchmark.Listener {
        @Override
        public void at(String doing) {}

        @Override
        public void round() {}

        @Override
        public void skipped(long rounds) {}

        @Override
        public void outcome(Outcome outcome) {}

        @Override
        public void measured(Report soFar) {}
    }
}
