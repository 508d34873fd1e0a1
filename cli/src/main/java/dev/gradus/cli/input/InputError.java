package dev.gradus.cli.input;

/// Something the user gave cannot be used; the message is one sentence that names it, its value and what is allowed.
public final class InputError extends RuntimeException {
    public InputError(String sentence) {
        // The stack says nothing to a user, so none is taken.
        super(sentence, null, false, false);
    }
}
