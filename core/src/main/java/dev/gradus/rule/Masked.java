package dev.gradus.rule;

import java.util.Set;

/// A rule for the parameters that match a mask; the others pass unchanged.
public record Masked(Rule rule, Mask mask) implements Rule {
    @Override
    public Step apply(Step s) {
        return s.matches(mask) ? s.then(rule) : s;
    }

    @Override
    public Set<String> events() {
        return rule.events();
    }

    @Override
    public Step on(String event, Step s) {
        return s.matches(mask) ? s.then(event, rule) : s;
    }
}
