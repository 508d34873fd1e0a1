package dev.gradus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.result.Requirements;
import java.io.BufferedReader;
import java.io.File;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a run leaves that does not get to its end. JVMs are started, nothing is timed.
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class BenchmarkTest {
    @TempDir
    private Path folder;

    @Test
    void aRunThatIsKilledLeavesAValidFileOfWhatItMeasuredAndNamesTheRest() throws Exception {
        Path file = folder.resolve("rounds.json");
        File errors = folder.resolve("errors").toFile();
        Process run = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(),
                        StoppedRun.class.getName(),
                        file.toString())
                .redirectError(errors)
                .start();
        try (BufferedReader lines = run.inputReader()) {
            assertThat(lines.readLine())
                    .as("the first contest is told as it ends: %s", Files.readString(errors.toPath()))
                    .isEqualTo("AdamW, 2 K, 1 thread");
            while (!Files.exists(file)) {
                Thread.onSpinWait();
            }
        } finally {
            List<ProcessHandle> measuring = run.descendants().toList();
            run.destroyForcibly().waitFor();
            measuring.forEach(ProcessHandle::destroyForcibly);
        }

        Report report = Report.read(file);
        assertThat(report.outcomes())
                .extracting(outcome -> outcome.contest().title())
                .containsExactly("AdamW, 2 K, 1 thread");
        assertThat(report.skipped())
                .containsExactly(
                        "AdaBelief, 2 K, 1 thread: the run was stopped before",
                        "first step of a fresh JVM, 4 times: the run was stopped before");
        assertThat(Requirements.findings(report)).as("it can be shown").isNotNull();
    }

    @Test
    void anInterruptEndsTheRunAndWhatWasMeasuredIsReported() {
        List<Report> reports = new ArrayList<>();
        Report report;
        try {
            Plan plan = StoppedRun.plan(StoppedRun.contest(Algorithm.ADAMW, 1));
            report = new Benchmark(classPath(), Map.of()).run(plan, "a test", "0", new StoppedRun.Quiet() {
                @Override
                public void outcome(Outcome outcome) {
                    Thread.currentThread().interrupt();
                }

                @Override
                public void measured(Report soFar) {
                    reports.add(soFar);
                }
            });
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }

        assertThat(report.outcomes()).hasSize(1);
        assertThat(report.firstSteps()).isEmpty();
        assertThat(report.skipped()).containsExactly("first step of a fresh JVM, 4 times: the run was stopped before");
        assertThat(reports.getLast().outcomes()).isEqualTo(report.outcomes());
        assertThat(reports.getLast().skipped()).isEqualTo(report.skipped());
    }

    /// That of the tests: JUnit's own launcher has a loader for it.
    private static String classPath() {
        return BenchmarkTest.class.getClassLoader() instanceof URLClassLoader loader
                ? Arrays.stream(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())).toString())
                        .collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }
}
