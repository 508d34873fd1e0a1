package dev.gradus.rule;

import dev.gradus.expr.Clock;
import java.util.Set;

/// An update rule: a function on one symbolic step.
///
/// A rule is called once per kind of parameter, never per step: what it returns is compiled. Rules are immutable
/// values, best written as records whose components are the hyperparameters' defaults; equal rules share kernels
/// and, where they reduce over all parameters, their totals.
@FunctionalInterface
public interface Rule {

    /// The step after this rule. A rule that composes others calls them through [Step#then]. What this method throws is
    /// reported with the rule's name in front.
    Step apply(Step s);

    /// The name of this link of a chain, by which its states and hyperparameters are addressed: the class's
    /// simple name with a small first letter, `rule` for a lambda, unless the rule says otherwise.
    default String name() {
        String name = getClass().getSimpleName();
        return name.isEmpty() || getClass().isHidden()
                ? "rule"
                : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /// The event at which rules put the weights that are to be evaluated, such as an average, in the parameters'
    /// place.
    String EVALUATE = "evaluate";

    /// The event that undoes [#EVALUATE]; links react to it in the opposite order.
    String TRAIN = "train";

    /// The events besides the step that this rule reacts to, such as Sophia's `update_hessian`.
    default Set<String> events() {
        return Set.of();
    }

    /// What this rule does to its states at one of its [#events()]; the event moves no parameter unless the rule
    /// says so, and counts no step.
    default Step on(String event, Step s) {
        return s;
    }

    /// This rule for the parameters that match; the others pass unchanged.
    default Rule onlyFor(Mask mask) {
        return new Masked(this, mask);
    }

    /// This rule for matrices and tensors of higher rank: not for biases and scales of normalisations, which are
    /// vectors.
    default Rule notForVectors() {
        return onlyFor(Mask.rankAtLeast(2));
    }

    /// This rule under another name; needed where two links of a chain would have the same.
    ///
    /// @throws IllegalArgumentException if the name is empty or contains `.`, `/` or blanks
    default Rule named(String name) {
        return new Renamed(this, name);
    }

    /// This rule with `t` taken from another clock.
    default Rule countingWith(Clock clock) {
        return new Clocked(this, clock);
    }
}
