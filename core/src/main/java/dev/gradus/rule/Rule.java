package dev.gradus.rule;

import dev.gradus.expr.Clock;
import java.util.Set;

/// An update rule: a function on one symbolic step.
///
/// A rule is called once per kind of parameter, not per step: the step that it returns is compiled. Rules are
/// immutable values, best written as records whose components are the hyperparameters' defaults; equal rules share
/// kernels and, where they reduce over all parameters, their totals.
@FunctionalInterface
public interface Rule {

    /// The step after this rule. A rule that composes others calls them through [Step#then]. Exceptions of this
    /// method are reported with the rule's name in front.
    Step apply(Step s);

    /// The name of this link of a chain, by which its states and hyperparameters are addressed: the class's
    /// simple name with a small first letter, `rule` for a lambda, unless the rule says otherwise.
    default String name() {
        String name = getClass().getSimpleName();
        return name.isEmpty() || getClass().isHidden()
                ? "rule"
                : Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /// The event at which rules replace the parameters by the weights for evaluation, such as an average.
    String EVALUATE = "evaluate";

    /// The event that undoes [#EVALUATE]; links react to it in the opposite order.
    String TRAIN = "train";

    /// The events besides the step that this rule reacts to, such as Sophia's `update_hessian`.
    default Set<String> events() {
        return Set.of();
    }

    /// This rule's response to one of its [#events()]. An event changes states, and the parameter only if the rule
    /// does so explicitly; it does not advance the step count.
    ///
    /// The direction that the rule sees is the event's gradient after the links before this one, see
    /// [#passing]. The direction that it returns is what the links behind it see.
    default Step on(String event, Step s) {
        return s;
    }

    /// What this rule does with an event that it does not react to and that a link behind it does: the direction
    /// that it returns is what that link sees, and a condition that it sets with [Step#commitIf] must hold for
    /// the event to take place. By default both are those that a step would have at this moment.
    ///
    /// Nothing else passes: states are read, but writes to them are dropped here, [StateRef#survivesSkip] or
    /// not, and so is a change of the parameter. A link whose direction is none of a single step's, such as one
    /// that collects gradients, overrides this. It is not called at [#EVALUATE] and [#TRAIN], which have no
    /// gradient.
    default Step passing(String event, Step s) {
        return apply(s);
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
        return new WithName(this, name);
    }

    /// This rule with `t` taken from another clock.
    default Rule countingWith(Clock clock) {
        return new WithClock(this, clock);
    }
}
