package dev.gradus.bench.contest;

import java.util.List;

/// What is measured together: contestants that take turns on parameters of one layout.
///
/// @param suite the question that it is to answer
/// @param threads at most
/// @param rounds in each of which every contestant has one turn
public record Contest(Suite suite, Layout layout, int threads, int rounds, List<Entrant> entrants) {
    public Contest {
        entrants = List.copyOf(entrants);
    }

    /// `AdamW, 1 M, 2 threads`
    public String title() {
        return entrants.getFirst().algorithm().title() + ", " + layout.name() + ", " + threads
                + (threads == 1 ? " thread" : " threads");
    }

    /// The memory that the contest needs at most, in bytes, roughly.
    public long bytes() {
        // The gradients, and the values and states of those that take part; the interpreter's come when all others
        // have gone.
        long arrays = 1;
        for (Entrant entrant : entrants) {
            arrays += switch (entrant.library()) {
                case GRADUS, LOOP, STREAM -> entrant.algorithm().traffic().bytes() / Float.BYTES / 2 + 1;
                case LIBTORCH -> 4;
                case DJL, ND4J -> 8;
                case TRIBUO -> 16;
            };
        }
        return arrays * layout.parameters() * Float.BYTES;
    }
}
