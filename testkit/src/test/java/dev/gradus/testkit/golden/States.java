package dev.gradus.testkit.golden;

import dev.gradus.Optimizer;
import dev.gradus.StateView;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The states of an optimizer, each of which must be compared.
final class States {
    private final Optimizer optimizer;
    private final List<StateView> views;
    private final Set<String> unread = new LinkedHashSet<>();

    States(Optimizer optimizer) {
        this.optimizer = optimizer;
        this.views = optimizer.states();
        views.forEach(view -> unread.add(view.name()));
    }

    /// The number of updates of a parameter, or of the optimizer where the name is empty.
    long completed(String parameter) {
        return parameter.isEmpty() ? optimizer.completed() : optimizer.completed(parameter);
    }

    /// The values of the one state of a parameter with the given name, whatever its link; null if it has none.
    ///
    /// @param parameter empty for a state that parameters share
    double @Nullable [] of(String parameter, String state) {
        List<StateView> found = views.stream()
                .filter(view -> view.name().startsWith(parameter + "/")
                        || parameter.isEmpty() && view.name().startsWith("group:"))
                .filter(view -> view.name()
                        .substring(view.name().lastIndexOf('/') + 1)
                        .replaceFirst(".*\\.", "")
                        .equals(state))
                .toList();
        if (found.size() > 1) {
            throw new IllegalStateException(parameter + " has several states \"" + state + "\": " + found);
        }
        if (found.isEmpty()) {
            return null;
        }
        unread.remove(found.getFirst().name());
        return found.getFirst().toArray();
    }

    /// The names of the states that were not asked for.
    Set<String> unread() {
        return unread;
    }
}
