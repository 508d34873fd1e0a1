package dev.gradus.checkpoint;

import java.nio.file.Path;
import java.util.List;

/// A checkpoint cannot be written or read, or does not fit; nothing has changed, but where the message says so.
public final class CheckpointException extends RuntimeException {
    private final List<String> problems;

    CheckpointException(String sentence) {
        super(sentence);
        problems = List.of(sentence);
    }

    CheckpointException(String sentence, Throwable cause) {
        super(sentence, cause);
        problems = List.of(sentence);
    }

    private CheckpointException(String sentence, List<String> problems, Throwable cause) {
        super(sentence, cause);
        this.problems = List.copyOf(problems);
    }

    CheckpointException(String sentence, List<String> problems) {
        super(sentence + ": " + String.join("; ", problems));
        this.problems = List.copyOf(problems);
    }

    /// This with the name of the file.
    CheckpointException of(Path file) {
        return new CheckpointException(file + " " + getMessage(), problems, this);
    }

    /// All that is wrong, a sentence each.
    public List<String> problems() {
        return problems;
    }
}
