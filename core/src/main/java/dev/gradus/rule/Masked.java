package dev.gradus.rule;

import java.util.Set;

/// A rule for the parameters that match a mask; the others pass unchanged.
public record Masked(Rule rule, Mask mask) implements Rule {
    @Override
    public Step apply(Step s) {
        return matches(s) ? s.then(rule) : s;
    }

    @Override
    public Set<String> events() {
        return rule.events();
    }

    @Override
    public Step on(String event, Step s) {
        return matches(s) ? s.then(event, rule) : s;
    }

    private boolean matches(Step s) {
        return mask.matches(s.parameterName(), s.shape());
    }
}
