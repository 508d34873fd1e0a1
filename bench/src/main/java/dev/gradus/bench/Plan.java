package dev.gradus.bench;

import dev.gradus.StateFormat;
import dev.gradus.bench.contest.Algorithm;
import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Entrant;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Library;
import dev.gradus.bench.contest.Memory;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.result.Requirements;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What is measured, and in which JVMs.
///
/// @param jvms contests of one JVM after the other
/// @param firstSteps fresh JVMs that make one step, with kernels and without them
/// @param earlySteps fresh JVMs that make their first thousand steps
public record Plan(List<Jvm> jvms, int firstSteps, int earlySteps) {
    private static final int ROUNDS = 15;
    private static final List<Integer> THREADS = List.of(1, 2);

    /// The rules whose steps are measured at every size.
    private static final List<Algorithm> RULES = List.of(
            Algorithm.ADAMW,
            Algorithm.ADABELIEF,
            Algorithm.RADAM,
            Algorithm.AMSGRAD,
            Algorithm.LAMB,
            Algorithm.STABLE_ADAM,
            Algorithm.CLIPPED_ADABELIEF);

    private static final List<Algorithm> QUICK_RULES =
            List.of(Algorithm.ADAMW, Algorithm.ADABELIEF, Algorithm.LAMB, Algorithm.CLIPPED_ADABELIEF);

    /// From the largest on, whose steps are so long that few of them warm a JVM: fewer are to be repeated by the
    /// interpreter in the end.
    private static final List<Layout> LAYOUTS =
            List.of(Layout.M100, Layout.M10_BY_10, Layout.M1_BY_10, Layout.M1, Layout.K2_BY_500, Layout.K20);

    private static final List<Layout> QUICK_LAYOUTS = List.of(Layout.M1_BY_10, Layout.M1, Layout.K20);

    public Plan {
        jvms = List.copyOf(jvms);
    }

    /// A JVM and its contests.
    ///
    /// @param peer whose class path it needs; [Library#GRADUS] for none
    public record Jvm(Library peer, List<Contest> contests) {
        public Jvm {
            contests = List.copyOf(contests);
        }

        /// The memory that its largest contest needs, in bytes, roughly.
        long bytes() {
            return contests.stream().mapToLong(Contest::bytes).max().orElse(0);
        }
    }

    /// Everything that is required.
    public static Plan full() {
        List<Jvm> jvms = new ArrayList<>();
        for (Algorithm rule : RULES) {
            jvms.add(ours(step(rule, LAYOUTS)));
        }
        for (Algorithm rule : List.of(Algorithm.CENTRALIZED_ADAM, Algorithm.RENORMALIZED_ADAM)) {
            jvms.add(ours(contests(Suite.ROWS, Requirements.ROWS, rivals(rule, Algorithm.ADAMW))));
        }
        jvms.add(ours(contests(Suite.TENSORS, List.of(Layout.K64_BY_1600), rivals(Algorithm.LAMB, Algorithm.ADAMW))));
        List<Entrant> formats = Stream.of(StateFormat.values())
                .map(format -> Entrant.gradus(Algorithm.ADAMW).with(format))
                .toList();
        jvms.add(ours(contests(Suite.FORMATS, List.of(Layout.M100), formats)));
        jvms.addAll(memory(3));
        return new Plan(jvms, 20, 6);
    }

    /// What takes a minute or two.
    public static Plan quick() {
        List<Jvm> jvms = new ArrayList<>();
        for (Algorithm rule : QUICK_RULES) {
            jvms.add(ours(step(rule, QUICK_LAYOUTS)));
        }
        jvms.addAll(memory(1));
        return new Plan(jvms, 5, 1);
    }

    /// This plan and contests with other libraries, each in a JVM of its own.
    ///
    /// @param quick whether to leave out what takes long
    public Plan withPeers(boolean quick) {
        List<Jvm> all = new ArrayList<>(jvms);
        all.add(new Jvm(
                Library.LIBTORCH,
                Stream.of(
                                quick ? Stream.<Contest>of() : peers(Library.LIBTORCH, Layout.M100, 2),
                                quick ? Stream.<Contest>of() : peers(Library.LIBTORCH, Layout.M10_BY_10, 2),
                                peers(Library.LIBTORCH, Layout.M1_BY_10, 2),
                                peers(Library.LIBTORCH, Layout.M1, 1),
                                peers(Library.LIBTORCH, Layout.K2_BY_500, 1))
                        .flatMap(contests -> contests)
                        .toList()));
        for (Library library : List.of(Library.DJL, Library.ND4J, Library.TRIBUO)) {
            all.add(new Jvm(
                    library,
                    Stream.concat(quick ? Stream.of() : peers(library, Layout.M100, 2), peers(library, Layout.M1, 1))
                            .toList()));
        }
        return new Plan(all, firstSteps, earlySteps);
    }

    /// This plan with those contests only whose titles, such as `AdamW, 1 M, 2 threads`, match.
    public Plan only(Pattern titles) {
        return new Plan(
                jvms.stream()
                        .map(jvm -> new Jvm(
                                jvm.peer,
                                jvm.contests.stream()
                                        .filter(contest ->
                                                titles.matcher(contest.title()).find())
                                        .toList()))
                        .filter(jvm -> !jvm.contests.isEmpty())
                        .toList(),
                firstSteps,
                earlySteps);
    }

    /// This plan without what needs more memory than there is.
    ///
    /// @param bytes that a JVM may take
    /// @param skipped is given the names of what is left out
    Plan within(long bytes, List<String> skipped) {
        List<Jvm> fitting = new ArrayList<>();
        for (Jvm jvm : jvms) {
            List<Contest> contests = new ArrayList<>();
            for (Contest contest : jvm.contests) {
                if (contest.bytes() <= bytes) {
                    contests.add(contest);
                } else {
                    skipped.add(contest.title() + ": needs about " + (contest.bytes() >> 20) + " MiB of memory");
                }
            }
            if (!contests.isEmpty()) {
                fitting.add(new Jvm(jvm.peer, contests));
            }
        }
        return new Plan(fitting, firstSteps, earlySteps);
    }

    /// Everything that is counted while the plan is carried out.
    public long rounds() {
        return jvms.stream()
                        .flatMap(jvm -> jvm.contests.stream())
                        .mapToLong(Contest::rounds)
                        .sum()
                + 2L * firstSteps
                + earlySteps;
    }

    private static Jvm ours(List<Contest> contests) {
        return new Jvm(Library.GRADUS, contests);
    }

    private static List<Contest> step(Algorithm rule, List<Layout> layouts) {
        List<Contest> contests = new ArrayList<>();
        for (Layout layout : layouts) {
            List<Entrant> entrants =
                    new ArrayList<>(List.of(Entrant.gradus(rule), Entrant.loop(rule), Entrant.stream(rule)));
            // The largest is where rules are compared with each other.
            if (layout.equals(Layout.M100) && rule == Algorithm.CLIPPED_ADABELIEF) {
                entrants.add(Entrant.gradus(Algorithm.ADABELIEF));
            } else if (layout.equals(Layout.M100) && rule != Algorithm.ADAMW && rule != Algorithm.STABLE_ADAM) {
                entrants.add(Entrant.gradus(Algorithm.ADAMW));
            }
            contests.addAll(contests(Suite.STEP, List.of(layout), entrants));
        }
        return contests;
    }

    private static List<Entrant> rivals(Algorithm rule, Algorithm other) {
        return List.of(Entrant.gradus(rule), Entrant.gradus(other), Entrant.stream(rule));
    }

    private static List<Contest> contests(Suite suite, List<Layout> layouts, List<Entrant> entrants) {
        return layouts.stream()
                .flatMap(layout ->
                        THREADS.stream().map(threads -> new Contest(suite, layout, threads, ROUNDS, entrants)))
                .toList();
    }

    /// Each kind of memory in JVMs of its own, and all in others.
    private static List<Jvm> memory(int times) {
        List<Jvm> jvms = new ArrayList<>();
        Entrant loop = Entrant.loop(Algorithm.ADAMW);
        List<Entrant> all = new ArrayList<>();
        for (Memory memory : Memory.values()) {
            all.add(Entrant.gradus(Algorithm.ADAMW).in(memory));
        }
        all.add(loop);
        for (int time = 0; time < times; time++) {
            for (Memory memory : Memory.values()) {
                Entrant alone = Entrant.gradus(Algorithm.ADAMW).in(memory);
                jvms.add(ours(List.of(new Contest(Suite.MEMORY_ALONE, Layout.M1, 1, ROUNDS, List.of(alone, loop)))));
            }
            jvms.add(ours(List.of(new Contest(Suite.MEMORY_TOGETHER, Layout.M1, 1, ROUNDS, all))));
        }
        return jvms;
    }

    private static Stream<Contest> peers(Library library, Layout layout, int threads) {
        List<Entrant> entrants =
                List.of(Entrant.gradus(Algorithm.ADAMW), Entrant.gradus(Algorithm.ADAM), Entrant.peer(library));
        return Stream.of(new Contest(Suite.PEERS, layout, threads, ROUNDS, entrants));
    }
}
