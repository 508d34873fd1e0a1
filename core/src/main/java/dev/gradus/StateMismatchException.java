package dev.gradus;

import java.util.List;

/// A state does not fit the optimizer that it was to be loaded into; nothing has changed.
public final class StateMismatchException extends IllegalArgumentException {
    private static final int SHOWN = 20;

    private final List<String> problems;

    StateMismatchException(List<String> problems) {
        super("the state does not fit: "
                + String.join("; ", problems.subList(0, Math.min(SHOWN, problems.size())))
                + (problems.size() > SHOWN ? "; and " + (problems.size() - SHOWN) + " more" : ""));
        this.problems = List.copyOf(problems);
    }

    /// All that does not fit, a sentence each.
    public List<String> problems() {
        return problems;
    }
}
