package dev.gradus.cli;

import dev.gradus.bench.Benchmark;
import dev.gradus.bench.Plan;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.micro.MicroBenchmarks;
import dev.gradus.bench.result.Report;
import dev.gradus.cli.benchmark.BenchPage;
import dev.gradus.cli.benchmark.BenchTables;
import dev.gradus.cli.benchmark.ResultsFolder;
import dev.gradus.cli.input.InputError;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `gradus bench`
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Measures on this machine what steps cost, beside loops written by hand and streams of equal reads and "
                    + "writes, and compares every element with what the interpreter gives.",
            "",
            "Takes about half an hour, in which nothing else should run; with --quick four to five minutes. Each contest is "
                    + "printed as it ends, and written to the file of --json or --results: a run that is stopped leaves "
                    + "what it has measured, with the names of what is missing.",
            ""
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class BenchCommand implements Callable<Integer> {
    /// The folder of the sources, which the launcher tells.
    private static final String HOME = "gradus.home";

    private static final int WRONG_RESULTS = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--quick", description = "Fewer rules and sizes.")
    private boolean quick;

    @Option(
            names = "--peers",
            description = "Also LibTorch, DJL, ND4J and Tribuo, each in a JVM of its own; the first time the launcher "
                    + "downloads them (about 240 MB). On Linux with x86-64.")
    private boolean peers;

    @Option(
            names = "--only",
            paramLabel = "REGEX",
            description = "Only the contests whose titles, such as \"AdamW, 1 M, 2 threads\", contain a match.")
    private @Nullable Pattern only;

    @Option(names = "--json", paramLabel = "FILE", description = "Write every round to a file, after each contest.")
    private @Nullable Path json;

    @Option(
            names = "--results",
            paramLabel = "DIR",
            description = "Write every round to a file in DIR that is named after the machine, and make DIR's page of "
                    + "results (README.md) and chart anew.")
    private @Nullable Path results;

    @Option(
            names = "--from",
            paramLabel = "FILE",
            description = "Measure nothing; show what --json or --results has written.")
    private @Nullable Path from;

    @Option(
            names = "--micro",
            paramLabel = "PATTERN",
            arity = "0..1",
            fallbackValue = ".*",
            description =
                    "Measure nothing of the above; run the JMH benchmarks whose names contain the PATTERN (default: "
                            + "all), with the bytes that an operation allocates.")
    private @Nullable String micro;

    @Override
    public Integer call() {
        if (micro != null) {
            MicroBenchmarks.run(micro);
            return 0;
        }
        if (json != null) {
            requireFolder("--json", json);
        }
        ResultsFolder folder = results == null
                ? null
                : new ResultsFolder(OutputFolder.create(results).path());
        Report report = from == null ? measure(folder) : read(from);
        show(report);
        if (json != null) {
            write(report, json);
        }
        if (folder != null) {
            try {
                spec.commandLine().getOut().println(folder.add(report));
            } catch (IOException e) {
                throw new InputError("the folder " + results + " cannot be written to: " + OutputFolder.reason(e));
            }
        }
        return report.verified() ? 0 : WRONG_RESULTS;
    }

    private Report measure(@Nullable ResultsFolder folder) {
        Plan plan = quick ? Plan.quick() : Plan.full();
        Plan all = peers ? plan.withPeers(quick) : plan;
        Plan whole = only == null ? all : all.only(only);
        Benchmark benchmark = new Benchmark(System.getProperty("java.class.path"), peers ? peerClassPaths() : Map.of());
        String command = "gradus bench" + (quick ? " --quick" : "") + (peers ? " --peers" : "")
                + (only == null ? "" : " --only '" + only + "'");
        try (Progress progress = new Progress("Benchmark", " rounds", whole.rounds())) {
            return benchmark.run(whole, command, Version.number(), new Benchmark.Listener() {
                @Override
                public void at(String doing) {
                    progress.at(doing);
                }

                @Override
                public void round() {
                    progress.step();
                }

                @Override
                public void skipped(long rounds) {
                    progress.skip(rounds);
                }

                @Override
                public void outcome(Outcome outcome) {
                    progress.clearLine();
                    PrintWriter out = spec.commandLine().getOut();
                    out.println(BenchTables.line(outcome));
                    out.flush();
                }

                @Override
                public void measured(Report soFar) {
                    if (json != null) {
                        write(soFar, json);
                    }
                    if (folder != null) {
                        writeUnfinished(soFar, folder);
                    }
                }
            });
        }
    }

    private static Map<Library, String> peerClassPaths() {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").equals("amd64")) {
            throw new InputError("--peers needs Linux on x86-64, got " + System.getProperty("os.name") + " on "
                    + System.getProperty("os.arch"));
        }
        Map<Library, String> paths = new EnumMap<>(Library.class);
        for (Library library : List.of(Library.LIBTORCH, Library.DJL, Library.ND4J, Library.TRIBUO)) {
            String name = library.name().toLowerCase(Locale.ROOT);
            Path module = Path.of(System.getProperty(HOME, "."), "bench", "peers", name, "target");
            Path dependencies = module.resolve("classpath.txt");
            try {
                paths.put(
                        library,
                        module.resolve("gradus-bench-" + name + ".jar")
                                + File.pathSeparator
                                + Files.readString(dependencies).strip());
            } catch (IOException e) {
                throw new InputError("--peers needs what the launcher builds, and " + dependencies + " cannot be read: "
                        + OutputFolder.reason(e));
            }
        }
        return paths;
    }

    private static Report read(Path file) {
        if (!Files.isReadable(file)) {
            throw new InputError("the file of --from cannot be read: " + file);
        }
        try {
            return Report.read(file);
        } catch (IllegalArgumentException e) {
            throw new InputError(String.valueOf(e.getMessage()));
        }
    }

    private void show(Report report) {
        PrintWriter out = spec.commandLine().getOut();
        BenchPage.facts(report).forEach((what, value) -> out.println(what + ": " + value.replace("`", "")));
        BenchTables.of(report, Map.of()).forEach((heading, table) -> {
            out.println();
            out.println(heading);
            out.println();
            out.print(table.toText());
        });
        out.println();
        BenchTables.legend(report).forEach(out::println);
        BenchTables.notes(report).forEach(out::println);
        out.flush();
    }

    private static void requireFolder(String option, Path file) {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            throw new InputError("the folder of " + option + " does not exist: " + folder);
        }
    }

    private static void write(Report report, Path file) {
        try {
            report.write(file);
        } catch (IOException e) {
            throw new InputError("the file " + file + " cannot be written: " + OutputFolder.reason(e));
        }
    }

    private static void writeUnfinished(Report report, ResultsFolder folder) {
        try {
            Path ignored = folder.addUnfinished(report);
        } catch (IOException e) {
            throw new InputError("the folder " + folder.path() + " cannot be written to: " + OutputFolder.reason(e));
        }
    }
}
