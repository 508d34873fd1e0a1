package dev.gradus.cli.comparison;

import dev.gradus.cli.input.Setting;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.tensor.Shape;
import java.util.List;

/// An optimizer that takes part.
///
/// @param name as users call it: `adabelief`
/// @param summary what it is, in a few words
/// @param learningRate the usual one, around which the search looks
/// @param settings the hyperparameters that differ from the rule's own
public record Contender(String name, String summary, Rule rule, double learningRate, List<Setting> settings) {
    /// A weight of a convolution: no link of a rule is for others only.
    public static final Shape SAMPLE_SHAPE = Shape.of(256, 128, 3, 3);

    public Contender {
        settings = List.copyOf(settings);
    }

    /// The rule's hyperparameters with their defaults, for a weight of a convolution.
    public List<HyperUse> hyperparameters() {
        return Trace.of(rule, "w", SAMPLE_SHAPE).hyperparameters();
    }
}
