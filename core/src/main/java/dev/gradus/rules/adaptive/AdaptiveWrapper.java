package dev.gradus.rules.adaptive;

import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;

/// An adaptive rule that changes the moments of another one.
public interface AdaptiveWrapper extends Adaptive, Wrapper {
    @Override
    Adaptive rule();

    /// The moments of the rule within, changed.
    Moments change(Moments moments, Step s);

    @Override
    default Moments moments(Step s) {
        return change(rule().moments(s.within(rule())), s);
    }
}
