package dev.gradus.rules;

import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adds ε to the second moment where it is divided by, without storing it: labml's AdaBelief.
///
/// @param rule whose second moment it is added to
public record EpsInRoot(
        Adaptive rule,
        @Hyperparameter(range = "[0, inf)", what = "added to the second moment, not stored", source = "labml AdaBelief")
                double epsRoot)
        implements Adaptive {
    public EpsInRoot {
        Hyperparameters.check(EpsInRoot.class, epsRoot);
    }

    @Override
    public Moments moments(Step s) {
        Moments moments = rule.moments(s.within(rule));
        return moments.withV(moments.v().plus(s.hyper("eps_root", epsRoot)));
    }
}
