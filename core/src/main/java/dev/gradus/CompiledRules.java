package dev.gradus;

import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// All that a group's rule has been compiled to. A lookup takes no longer where there are many names or shapes.
final class CompiledRules {
    /// What decides, besides masks, which parameters a compiled rule is for.
    ///
    /// @param name null where any will do
    /// @param shape null where any of the rank will do
    private record Key(
            int rank, @Nullable String name, @Nullable Shape shape) {}

    private final Map<Key, List<CompiledRule>> all = new HashMap<>();

    /// The rule for a parameter, or null if it has to be compiled.
    @Nullable
    CompiledRule find(String parameter, Shape shape) {
        int rank = shape.rank();
        for (Key key : List.of(
                new Key(rank, null, null),
                new Key(rank, null, shape),
                new Key(rank, parameter, null),
                new Key(rank, parameter, shape))) {
            for (CompiledRule each : all.getOrDefault(key, List.of())) {
                if (each.holdsFor(parameter, shape)) {
                    return each;
                }
            }
        }
        return null;
    }

    /// Adds the rule that has been compiled for a parameter.
    void add(CompiledRule rule, String parameter, Shape shape) {
        Key key = new Key(shape.rank(), rule.dependsOnName() ? parameter : null, rule.dependsOnShape() ? shape : null);
        all.computeIfAbsent(key, k -> new ArrayList<>()).add(rule);
    }
}
