package dev.gradus;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// The values that the parameters of a link share, each for as long as a parameter uses it.
final class SharedScalars {
    private record Key(Object link, String state) {}

    private static final class Shared {
        private final Scalar scalar = new Scalar();
        private int users;
    }

    private final Map<Key, Shared> all = new HashMap<>();

    /// Whether no parameter uses the value yet, so that it has to be initialised.
    boolean isNew(Object link, String state) {
        return !all.containsKey(new Key(link, state));
    }

    /// The value, for one more parameter.
    Scalar acquire(Object link, String state) {
        Shared shared = all.computeIfAbsent(new Key(link, state), key -> new Shared());
        shared.users++;
        return shared.scalar;
    }

    /// Drops the value if no other parameter uses it.
    void release(Object link, String state) {
        Key key = new Key(link, state);
        Shared shared = Objects.requireNonNull(all.get(key));
        if (--shared.users == 0) {
            all.remove(key);
        }
    }
}
