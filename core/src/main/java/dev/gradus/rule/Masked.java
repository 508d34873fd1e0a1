package dev.gradus.rule;

/// A rule for the parameters that match a mask; the others pass unchanged.
public record Masked(Rule rule, Mask mask) implements Wrapper {
    @Override
    public Step apply(Step s) {
        return s.matches(mask) ? s.then(rule) : s;
    }

    @Override
    public Step on(String event, Step s) {
        return s.matches(mask) ? s.then(event, rule) : s;
    }
}
