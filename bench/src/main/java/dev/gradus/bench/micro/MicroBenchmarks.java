package dev.gradus.bench.micro;

import dev.gradus.rules.Rules;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Runs the benchmarks of this package.
public final class MicroBenchmarks {
    private MicroBenchmarks() {}

    /// Runs benchmarks with the profiler that counts what they allocate, and prints what they give.
    ///
    /// @param pattern a regular expression that the names contain
    /// @throws IllegalStateException if none is found or one fails
    public static void run(String pattern) {
        try {
            new Runner(new OptionsBuilder()
                            .include(pattern)
                            .param(
                                    "entry",
                                    Rules.all().stream().map(Rules.Entry::name).toArray(String[]::new))
                            .addProfiler(GCProfiler.class)
                            .shouldFailOnError(true)
                            .build())
                    .run();
        } catch (RunnerException e) {
            throw new IllegalStateException("the benchmarks failed: " + e.getMessage(), e);
        }
    }
}
