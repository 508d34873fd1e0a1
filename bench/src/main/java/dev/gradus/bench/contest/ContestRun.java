package dev.gradus.bench.contest;

import com.sun.management.ThreadMXBean;
import dev.gradus.KernelStatistics;
import dev.gradus.Options;
import dev.gradus.Options.Kernels;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Runs contests in this JVM.
///
/// All contestants of a contest are made first and warmed until they become no faster. Then come the rounds: new
/// gradients, and a turn for each contestant, in an order that rotates. In the end the interpreter repeats what Gradus
/// did, and every element is compared.
public final class ContestRun {
    private static final double LEARNING_RATE = 1e-3;

    /// Long against the timer and short against what disturbs a machine, in nanoseconds.
    private static final double TURN = 20e6;

    private static final int MAX_STEPS_PER_TURN = 20_000;

    /// Warming ends when so many turns in succession were not faster than before by [#FASTER].
    private static final int STEADY_TURNS = 6;

    private static final double FASTER = 0.97;

    /// How long something is warmed at least: kernels of Gradus become fast in the background.
    private static final double FIRST_TIME = 2e9;

    private static final double NEXT_TIME = 0.3e9;
    private static final double AT_MOST = 10e9;

    /// The steps after which a contestant must have come to the same values as Gradus, roughly: enough for RAdam to
    /// rectify.
    private static final int AGREEMENT_STEPS = 12;

    private static final Layout AGREEMENT = new Layout("2 × 4 K", 2, 4 * Layout.K, Layout.K);

    /// How far from Gradus a contestant may be, as a part of the way from the beginning.
    private static final double AGREEMENT_TOLERANCE = 2e-3;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Set<Entrant> warmed = new HashSet<>();
    private final Set<Entrant> agreed = new HashSet<>();

    /// Is told of progress.
    public interface Listener {
        /// Something else begins.
        ///
        /// @param doing what it is
        void at(String doing);

        /// A round is done.
        void round();
    }

    private record Played(int version, int steps) {}

    /// A contestant and its results.
    private static final class Seat {
        private final Entrant entrant;
        private final double[] nanos;
        private final double[] allocated;
        private final List<Played> played = new ArrayList<>();
        private @Nullable Contestant contestant;
        private int stepsPerTurn = 1;

        Seat(Entrant entrant, Contestant contestant, int rounds) {
            this.entrant = entrant;
            this.contestant = contestant;
            this.nanos = new double[rounds];
            this.allocated = new double[rounds];
        }

        Contestant contestant() {
            return Objects.requireNonNull(contestant);
        }

        void leave() {
            if (contestant != null) {
                contestant.close();
                contestant = null;
            }
        }

        /// Takes note of a turn that is about to begin.
        void note(int version, int steps) {
            played.add(new Played(version, steps));
        }

        /// Makes steps and gives the time of one in nanoseconds; allocates nothing besides.
        double turn(int steps) {
            Contestant mine = contestant();
            long began = System.nanoTime();
            for (int step = 0; step < steps; step++) {
                mine.step();
            }
            return (double) (System.nanoTime() - began) / steps;
        }

        Series series(Contest contest) {
            double[] perParameter = nanos.clone();
            for (int round = 0; round < nanos.length; round++) {
                perParameter[round] /= contest.layout().parameters();
            }
            double[] sorted = allocated.clone();
            Arrays.sort(sorted);
            return new Series(entrant, stepsPerTurn, perParameter, sorted[sorted.length / 2]);
        }
    }

    /// Runs a contest.
    ///
    /// @throws IllegalStateException if a contestant computes something else than its rule
    public Outcome run(Contest contest, Listener listener) {
        for (Entrant entrant : contest.entrants()) {
            if (entrant.library() != Library.GRADUS && entrant.library() != Library.STREAM && agreed.add(entrant)) {
                requireAgreement(entrant, contest.threads());
            }
        }
        listener.at("allocating");
        Gradients gradients = new Gradients(contest.layout());
        List<Seat> seats = new ArrayList<>();
        try {
            for (Entrant entrant : contest.entrants()) {
                Start start = Start.of(contest.layout(), gradients, contest.threads(), LEARNING_RATE);
                seats.add(new Seat(entrant, enter(entrant, start), contest.rounds()));
            }
            for (Seat seat : seats) {
                listener.at("warming " + seat.entrant.title());
                warm(seat, gradients, warmed.add(seat.entrant) ? FIRST_TIME : NEXT_TIME);
            }
            rounds(contest, seats, gradients, listener);
            for (Seat seat : seats) {
                if (seat.entrant.library() != Library.GRADUS) {
                    seat.leave();
                }
            }
            List<Verification> verifications = new ArrayList<>();
            for (Seat seat : seats) {
                if (seat.entrant.library() == Library.GRADUS) {
                    listener.at("comparing every element of " + seat.entrant.title() + " with the interpreter's");
                    verifications.add(verify(contest, seat, gradients));
                    seat.leave();
                }
            }
            return new Outcome(
                    contest, seats.stream().map(seat -> seat.series(contest)).toList(), verifications);
        } finally {
            seats.forEach(Seat::leave);
        }
    }

    private static void rounds(Contest contest, List<Seat> seats, Gradients gradients, Listener listener) {
        for (int round = 0; round < contest.rounds(); round++) {
            listener.at("measuring");
            gradients.advance();
            for (Seat seat : seats) {
                seat.contestant().gradientsChanged();
            }
            for (int place = 0; place < seats.size(); place++) {
                Seat seat = seats.get((place + round) % seats.size());
                seat.note(gradients.version(), seat.stepsPerTurn);
                long before = THREADS.getTotalThreadAllocatedBytes();
                seat.nanos[round] = seat.turn(seat.stepsPerTurn);
                long bytes = THREADS.getTotalThreadAllocatedBytes() - before;
                seat.allocated[round] = (double) bytes / seat.stepsPerTurn;
            }
            listener.round();
        }
    }

    private static void warm(Seat seat, Gradients gradients, double atLeast) {
        long began = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int steady = 0;
        int steps = 1;
        double elapsed = 0;
        while (elapsed < AT_MOST && (elapsed < atLeast || steady < STEADY_TURNS || kernelsAreWarming())) {
            gradients.advance();
            seat.contestant().gradientsChanged();
            seat.note(gradients.version(), steps);
            double nanos = seat.turn(steps);
            steady = nanos < FASTER * best ? 0 : steady + 1;
            best = Math.min(best, nanos);
            steps = Math.clamp((long) (TURN / nanos), 1, MAX_STEPS_PER_TURN);
            elapsed = System.nanoTime() - began;
        }
        seat.stepsPerTurn = Math.clamp((long) (TURN / best), 1, MAX_STEPS_PER_TURN);
    }

    private static boolean kernelsAreWarming() {
        KernelStatistics now = KernelStatistics.now();
        return now.ready() < now.compiled() + now.fallBacks();
    }

    private static Contestant enter(Entrant entrant, Start start) {
        Algorithm algorithm = entrant.algorithm();
        return switch (entrant.library()) {
            case GRADUS -> new GradusContestant(entrant, new Options(), start);
            case LOOP ->
                algorithm
                        .loop(start)
                        .orElseThrow(() ->
                                new IllegalArgumentException("nobody has written " + algorithm.title() + " by hand"));
            case STREAM -> new StreamLoop(start, algorithm.traffic());
            case LIBTORCH, DJL, ND4J, TRIBUO -> peer(entrant.library()).enter(start);
        };
    }

    private static Peer peer(Library library) {
        return ServiceLoader.load(Peer.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(peer -> peer.library() == library)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(library.title() + " is not on the class path"));
    }

    /// What a contestant must agree with.
    private static Contestant reference(Entrant entrant, Start start) {
        return switch (entrant.library()) {
            case GRADUS, LOOP, STREAM -> enter(Entrant.gradus(entrant.algorithm()), start);
            case LIBTORCH, DJL, ND4J, TRIBUO ->
                peer(entrant.library())
                        .reference(start)
                        .orElseGet(() -> enter(Entrant.gradus(entrant.algorithm()), start));
        };
    }

    /// Lets times be compared only of what computes the same.
    static void requireAgreement(Entrant entrant, int threads) {
        Gradients gradients = new Gradients(AGREEMENT);
        Start ours = Start.of(AGREEMENT, gradients, threads, LEARNING_RATE);
        Start its = Start.of(AGREEMENT, gradients, threads, LEARNING_RATE);
        try (Contestant contestant = enter(entrant, its);
                Contestant reference = reference(entrant, ours)) {
            requireAgreement(entrant.title(), gradients, AGREEMENT, contestant, reference);
        }
    }

    static void requireAgreement(
            String title, Gradients gradients, Layout layout, Contestant contestant, Contestant reference) {
        float[][] before = Start.of(layout, gradients, 1, LEARNING_RATE).theta();
        for (int step = 0; step < AGREEMENT_STEPS; step++) {
            gradients.advance();
            contestant.gradientsChanged();
            reference.gradientsChanged();
            contestant.step();
            reference.step();
        }
        double moved = 0;
        double apart = 0;
        for (int tensor = 0; tensor < layout.tensors(); tensor++) {
            for (int i = 0; i < layout.elements(); i++) {
                double right = reference.value(tensor, i);
                moved += square(right - before[tensor][i]);
                apart += square(contestant.value(tensor, i) - right);
            }
        }
        // The negation lets a NaN differ.
        if (!(apart <= square(AGREEMENT_TOLERANCE) * moved)) {
            throw new IllegalStateException(
                    "%s does not compute what it should: after %d steps it is %.3g away, and the way was %.3g long"
                            .formatted(title, AGREEMENT_STEPS, Math.sqrt(apart), Math.sqrt(moved)));
        }
    }

    private static double square(double x) {
        return x * x;
    }

    private static Verification verify(Contest contest, Seat seat, Gradients gradients) {
        int threads = Runtime.getRuntime().availableProcessors();
        Start start = Start.of(contest.layout(), gradients, threads, LEARNING_RATE);
        GradusContestant contestant = (GradusContestant) seat.contestant();
        try (GradusContestant interpreted =
                new GradusContestant(seat.entrant.in(Memory.HEAP), new Options().withKernels(Kernels.NEVER), start)) {
            long steps = 0;
            for (Played played : seat.played) {
                gradients.show(played.version());
                interpreted.gradientsChanged();
                for (int step = 0; step < played.steps(); step++) {
                    interpreted.step();
                }
                steps += played.steps();
            }
            return new Verification(seat.entrant, steps, contestant.elements(), contestant.differences(interpreted));
        }
    }
}
