package dev.gradus.rule;

import java.util.Set;

/// A rule around another one. At events it does what the rule within does, unless it says otherwise; an event that
/// the rule within does not react to [passes][Rule#passing] as in a step.
public interface Wrapper extends Rule {
    /// The rule within.
    Rule rule();

    @Override
    default Set<String> events() {
        return rule().events();
    }

    @Override
    default Step on(String event, Step s) {
        return s.then(event, rule());
    }
}
