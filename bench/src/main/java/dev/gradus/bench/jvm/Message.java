package dev.gradus.bench.jvm;

import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// What a measuring JVM tells the one that started it: a line of JSON. One of the components is there.
///
/// @param at what it does now
/// @param round whether a round is done
record Message(
        @Nullable String at,
        boolean round,
        @Nullable Outcome outcome,
        @Nullable FirstStep firstStep,
        @Nullable EarlySteps earlySteps) {
    /// Begins a line that is a message; native libraries print what they want in others.
    private static final String MARK = "@gradus ";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    static Message at(String doing) {
        return new Message(doing, false, null, null, null);
    }

    static Message aRound() {
        return new Message(null, true, null, null, null);
    }

    static Message of(Outcome outcome) {
        return new Message(null, false, outcome, null, null);
    }

    static Message of(FirstStep firstStep) {
        return new Message(null, false, null, firstStep, null);
    }

    static Message of(EarlySteps earlySteps) {
        return new Message(null, false, null, null, earlySteps);
    }

    String toLine() {
        return MARK + JSON.writeValueAsString(this);
    }

    /// The message in a line, if it is one.
    static @Nullable Message in(String line) {
        return line.startsWith(MARK) ? JSON.readValue(line.substring(MARK.length()), Message.class) : null;
    }
}
