package dev.gradus.rules.average;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import java.util.Set;

/// A link with an average of the weights, which changes places with them for evaluation.
///
/// It stands anywhere in a chain: it averages the weights after all links. 16-bit parameters without a
/// float32 copy hold the average rounded while it is evaluated, and give it back so.
interface Averaging extends Rule {

    /// The average, of the parameter's shape.
    StateRef average(Step s);

    @Override
    default Set<String> events() {
        return Set.of(EVALUATE, TRAIN);
    }

    /// Both ways alike.
    @Override
    default Step on(String event, Step s) {
        Expr weights = s.theta();
        Expr average = average(s).before();
        average(s).write(old -> weights);
        return s.theta(average);
    }
}
