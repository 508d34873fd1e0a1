package dev.gradus;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A step or an event failed when some parameters had been updated. [Optimizer#step()] says how to go on.
public final class IncompleteStepException extends IllegalStateException {
    private static final int SHOWN = 5;

    private final transient List<String> updated;
    private final transient List<String> partlyUpdated;
    private final transient List<String> untouched;

    IncompleteStepException(
            String failure,
            @Nullable Throwable cause,
            List<String> updated,
            List<String> partlyUpdated,
            List<String> untouched) {
        super(
                failure
                        + shown("; updated: ", updated)
                        + shown("; perhaps updated in part: ", partlyUpdated)
                        + shown("; as before: ", untouched),
                cause);
        this.updated = List.copyOf(updated);
        this.partlyUpdated = List.copyOf(partlyUpdated);
        this.untouched = List.copyOf(untouched);
    }

    private static String shown(String what, List<String> names) {
        if (names.isEmpty()) {
            return "";
        }
        String more = names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "";
        return what + String.join(", ", names.subList(0, Math.min(SHOWN, names.size()))) + more;
    }

    /// The parameters for which the step is complete: values, states and step count.
    public List<String> updated() {
        return updated;
    }

    /// The parameters of which some values or states may be those after the step, and others those before it.
    public List<String> partlyUpdated() {
        return partlyUpdated;
    }

    /// The other parameters that were to take part: values, states and step count are those before the step.
    public List<String> untouched() {
        return untouched;
    }
}
