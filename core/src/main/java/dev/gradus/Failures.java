package dev.gradus;

import org.jspecify.annotations.Nullable;

/// What several actions fail by. All of them are attempted; then the first failure is thrown, with the others
/// attached.
final class Failures {
    private @Nullable RuntimeException first;

    void attempt(Runnable action) {
        try {
            action.run();
        } catch (RuntimeException e) {
            if (first == null) {
                first = e;
            } else {
                first.addSuppressed(e);
            }
        }
    }

    void throwFirst() {
        if (first != null) {
            throw first;
        }
    }
}
