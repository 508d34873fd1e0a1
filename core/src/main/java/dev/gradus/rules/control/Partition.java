package dev.gradus.rules.control;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import java.util.HashSet;
import java.util.Set;

/// One rule for the parameters that match a mask, another for all others of the group; optax's `multi_transform`.
/// More than two rules are partitions of partitions.
///
/// Around Adam for matrices:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// ```
///
/// Rules of one kind with different hyperparameters need names of their own:
/// `new Partition(named("head.*"), adam().named("fast"), adam().withBeta2(0.99))`.
public record Partition(Mask mask, Rule matching, Rule others) implements Rule {
    @Override
    public Step apply(Step s) {
        return s.then(chosen(s));
    }

    @Override
    public Set<String> events() {
        Set<String> events = new HashSet<>(matching.events());
        events.addAll(others.events());
        return Set.copyOf(events);
    }

    @Override
    public Step on(String event, Step s) {
        return s.then(event, chosen(s));
    }

    private Rule chosen(Step s) {
        return s.matches(mask) ? matching : others;
    }
}
