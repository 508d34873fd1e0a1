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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
    }

    /// Carries out a plan.
    ///
    /// @param command what was typed
    /// @param version of Gradus
    /// @return what was measured; what failed stands among what was skipped
    public Report run(Plan plan, String command, String version, Listener listener) {
        long began = System.nanoTime();
        Machine machine = Machine.here();
        List<String> skipped = new ArrayList<>();
        Plan fitting = plan.within((long) (USABLE_MEMORY * machine.memory()), skipped);
        listener.skipped(plan.rounds() - fitting.rounds());

        List<Outcome> outcomes = new ArrayList<>();
        for (Plan.Jvm jvm : fitting.jvms()) {
            listener.at("starting a JVM");
            Progress progress = new Progress(listener, outcomes);
            try {
                start(jvm).run(jvm.contests(), progress);
            } catch (IllegalStateException e) {
                // What a library of somebody else does in its JVM must not cost what was measured before.
                jvm.contests().stream()
                        .skip(progress.contests)
                        .forEach(contest -> skipped.add(contest.title() + beside(jvm) + ": " + e.getMessage()));
                listener.skipped(progress.missing(jvm));
            }
        }
        List<FirstStep> firstSteps = new ArrayList<>();
        for (int i = 0; i < fitting.firstSteps(); i++) {
            for (List<String> flags : List.of(FLAGS, PLAIN)) {
                listener.at("first step of a fresh JVM");
                firstSteps.add(new MeasuringJvm(classPath, flags).firstStep());
                listener.round();
            }
        }
        List<EarlySteps> earlySteps = new ArrayList<>();
        for (int i = 0; i < fitting.earlySteps(); i++) {
            listener.at("first 1000 steps of a fresh JVM");
            earlySteps.add(new MeasuringJvm(classPath, FLAGS).earlySteps());
            listener.round();
        }
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
                skipped);
    }

    /// Passes on what a JVM tells, and counts it.
    private static final class Progress implements MeasuringJvm.Listener {
        private final Listener listener;
        private final List<Outcome> outcomes;
        private int contests;
        private long rounds;

        Progress(Listener listener, List<Outcome> outcomes) {
            this.listener = listener;
            this.outcomes = outcomes;
        }

        @Override
        public void at(String doing) {
            listener.at(doing);
        }

        @Override
        public void round() {
            rounds++;
            listener.round();
        }

        @Override
        public void outcome(Outcome outcome) {
            contests++;
            outcomes.add(outcome);
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
