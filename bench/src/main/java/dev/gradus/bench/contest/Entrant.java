package dev.gradus.bench.contest;

import dev.gradus.StateFormat;

/// Who takes part in a contest.
///
/// @param memory where parameters and gradients lie; [Memory#HEAP] for all but Gradus, whatever they do with them
/// @param format how states are stored; [StateFormat#ARITHMETIC] for all but Gradus
public record Entrant(Library library, Algorithm algorithm, Memory memory, StateFormat format) {

    public static Entrant gradus(Algorithm algorithm) {
        return new Entrant(Library.GRADUS, algorithm, Memory.HEAP, StateFormat.ARITHMETIC);
    }

    public static Entrant loop(Algorithm algorithm) {
        return new Entrant(Library.LOOP, algorithm, Memory.HEAP, StateFormat.ARITHMETIC);
    }

    public static Entrant stream(Algorithm algorithm) {
        return new Entrant(Library.STREAM, algorithm, Memory.HEAP, StateFormat.ARITHMETIC);
    }

    /// Adam of another library.
    public static Entrant peer(Library library) {
        return new Entrant(library, Algorithm.ADAM, Memory.HEAP, StateFormat.ARITHMETIC);
    }

    public Entrant in(Memory other) {
        return new Entrant(library, algorithm, other, format);
    }

    public Entrant with(StateFormat other) {
        return new Entrant(library, algorithm, memory, other);
    }

    /// Its state format as tables show it.
    public String formatTitle() {
        return switch (format) {
            case ARITHMETIC -> "float32";
            case BFLOAT16 -> "bfloat16";
            case EIGHT_BIT -> "8 bits";
        };
    }

    /// `Gradus AdamW`, `Gradus AdamW, mapped`, `Gradus AdamW, bfloat16`
    public String title() {
        return library.title() + " " + algorithm.title() + (memory == Memory.HEAP ? "" : ", " + memory.title())
                + (format == StateFormat.ARITHMETIC ? "" : ", " + formatTitle());
    }
}
