package dev.gradus.bench;

import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.jvm.MeasuringJvm;
import dev.gradus.bench.result.Machine;
import dev.gradus.bench.result.Report;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Carries out a plan.
///
/// @param classPath of this JVM, on which Gradus is
/// @param peerClassPaths of other libraries, each with Gradus
public record Benchmark(String classPath, Map<Library, String> peerClassPaths) {
    private static final String KERNELS = "jdk.incubator.vector";
    private static final List<String> PLAIN = List.of("--enable-native-access=ALL-UNNAMED");
    private static final List<String> FLAGS = List.of("--add-modules", KERNELS, "--enable-native-access=ALL-UNNAMED");

    /// JavaCPP would refuse large tensors: it takes the heap's size for a limit of the memory outside.
    private static final List<String> PEER_FLAGS = List.of(
            "-Dorg.bytedeco.javacpp.maxbytes=0", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0", "-Dai.djl.offline=true");

    private static final double USABLE_MEMORY = 0.8;
    private static final long SMALLEST_HEAP = 1L << 30;

    public Benchmark {
        peerClassPaths = Map.copyOf(peerClassPaths);
    }

    /// Is told of progress.
    public interface Listener {
        /// Something else begins.
        void at(String doing);

        /// One more of [Plan#rounds()] is done.
        void round();

        /// Some of [Plan#rounds()] will not be done.
        void skipped(long rounds);

        /// A contest is done.
        void outcome(Outcome outcome);

        /// More has been measured.
        ///
        /// @param soFar a report as if the run ended here: what it lacks stands among what was skipped
        void measured(Report soFar);
    }

    /// Carries out a plan. An interrupt ends the run after the JVM that is measuring.
    ///
    /// @param command what was typed
    /// @param version of Gradus
    /// @return what was measured; what failed stands among what was skipped
    public Report run(Plan plan, String command, String version, Listener listener) {
        Machine machine = Machine.here();
        List<String> skipped = new ArrayList<>();
        Plan fitting = plan.within((long) (USABLE_MEMORY * machine.memory()), skipped);
        listener.skipped(plan.rounds() - fitting.rounds());
        Run run = new Run(command, version, machine, fitting, skipped, listener);
        fitting.jvms().forEach(jvm -> run.contests(jvm, this::start));
        for (int i = 0; i < fitting.firstSteps(); i++) {
            for (List<String> flags : List.of(FLAGS, PLAIN)) {
                run.measure(
                        "first step of a fresh JVM",
                        () -> run.firstSteps.add(new MeasuringJvm(classPath, flags).firstStep()));
            }
        }
        for (int i = 0; i < fitting.earlySteps(); i++) {
            run.measure(
                    "first 1000 steps of a fresh JVM",
                    () -> run.earlySteps.add(new MeasuringJvm(classPath, FLAGS).earlySteps()));
        }
        return run.report();
    }

    /// What a run has measured so far, and what it has still to do.
    private static final class Run {
        private final String command;
        private final String version;
        private final Machine machine;
        private final Listener listener;
        private final long began = System.nanoTime();
        private final List<Outcome> outcomes = new ArrayList<>();
        private final List<FirstStep> firstSteps = new ArrayList<>();
        private final List<EarlySteps> earlySteps = new ArrayList<>();
        private final List<String> skipped;

        /// The names of what is neither measured nor skipped, in the order in which it comes.
        private final Deque<String> missing = new ArrayDeque<>();

        Run(String command, String version, Machine machine, Plan plan, List<String> skipped, Listener listener) {
            this.command = command;
            this.version = version;
            this.machine = machine;
            this.skipped = skipped;
            this.listener = listener;
            for (Plan.Jvm jvm : plan.jvms()) {
                jvm.contests().forEach(contest -> missing.add(contest.title() + beside(jvm)));
            }
            IntStream.range(0, 2 * plan.firstSteps()).forEach(i -> missing.add("first step of a fresh JVM"));
            IntStream.range(0, plan.earlySteps()).forEach(i -> missing.add("first 1000 steps of a fresh JVM"));
        }

        void contests(Plan.Jvm jvm, Function<Plan.Jvm, MeasuringJvm> start) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            listener.at("starting a JVM");
            Progress progress = new Progress(this);
            try {
                start.apply(jvm).run(jvm.contests(), progress);
            } catch (IllegalStateException e) {
                // What a library of somebody else does in its JVM must not cost what was measured before.
                for (int i = progress.contests; i < jvm.contests().size(); i++) {
                    skipped.add(missing.remove() + ": " + e.getMessage());
                }
                listener.skipped(progress.missing(jvm));
                listener.measured(report());
            }
        }

        void measure(String what, Runnable measurement) {
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
            listener.at(what);
            try {
                measurement.run();
                missing.remove();
                listener.round();
            } catch (IllegalStateException e) {
                skipped.add(missing.remove() + ": " + e.getMessage());
                listener.skipped(1);
            }
            listener.measured(report());
        }

        void outcome(Outcome outcome) {
            missing.remove();
            outcomes.add(outcome);
            listener.outcome(outcome);
            listener.measured(report());
        }

        Report report() {
            Map<String, Long> lacking = missing.stream()
                    .collect(Collectors.groupingBy(name -> name, LinkedHashMap::new, Collectors.counting()));
            List<String> all = new ArrayList<>(skipped);
            lacking.forEach((name, count) ->
                    all.add(name + (count == 1 ? "" : ", " + count + " times") + ": the run was stopped before"));
            return new Report(
                    command,
                    version,
                    LocalDate.now(ZoneId.systemDefault()).toString(),
                    machine,
                    FLAGS,
                    Math.rint((System.nanoTime() - began) * 1e-9),
                    outcomes,
                    firstSteps,
                    earlySteps,
                    all);
        }
    }

    /// Passes on what a JVM tells, and counts it.
    private static final class Progress implements MeasuringJvm.Listener {
        private final Run run;
        private int contests;
        private long rounds;

        Progress(Run run) {
            this.run = run;
        }

        @Override
        public void at(String doing) {
            run.listener.at(doing);
        }

        @Override
        public void round() {
            rounds++;
            run.listener.round();
        }

        @Override
        public void outcome(Outcome outcome) {
            contests++;
            run.outcome(outcome);
        }

        long missing(Plan.Jvm jvm) {
            return jvm.contests().stream().mapToLong(Contest::rounds).sum() - rounds;
        }
    }

    private static String beside(Plan.Jvm jvm) {
        return jvm.peer() == Library.GRADUS ? "" : " beside " + jvm.peer().title();
    }

    private MeasuringJvm start(Plan.Jvm jvm) {
        List<String> flags = new ArrayList<>(FLAGS);
        String path = classPath;
        if (jvm.peer() != Library.GRADUS) {
            flags.addAll(PEER_FLAGS);
            path = peerClassPaths.get(jvm.peer());
            if (path == null) {
                throw new IllegalArgumentException(jvm.peer().title() + " was not given a class path");
            }
        }
        // Some of it is outside of the heap, but how much depends on the contestants.
        flags.add("-Xmx" + ((SMALLEST_HEAP + jvm.bytes()) >> 20) + "m");
        return new MeasuringJvm(path, flags);
    }
}
