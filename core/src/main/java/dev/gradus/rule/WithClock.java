package dev.gradus.rule;

import dev.gradus.expr.Clock;

/// A rule with a step count `t` other than the parameter's own.
public record WithClock(Rule rule, Clock clock) implements Wrapper {
    @Override
    public Step apply(Step s) {
        return s.countingWith(clock).then(rule).countingWith(s.clock());
    }

    @Override
    public Step on(String event, Step s) {
        return s.countingWith(clock).then(event, rule).countingWith(s.clock());
    }
}
