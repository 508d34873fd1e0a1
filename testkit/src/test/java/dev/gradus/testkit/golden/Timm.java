package dev.gradus.testkit.golden;

import static dev.gradus.rule.Chain.chain;

import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.AdaBelief;
import dev.gradus.rules.adaptive.Adan;
import dev.gradus.rules.adaptive.Adaptive;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.decay.DecayProximally;
import dev.gradus.rules.decay.DecayWeights;
import java.util.HashMap;
import java.util.Map;
import java.util.function.DoubleFunction;

/// timm's ports of authors' code.
final class Timm implements Flavour {
    private static final Map<String, Reading> STATES =
            new HashMap<>(Reading.states("exp_avg", "exp_avg_sq", "exp_avg_var", "exp_avg_diff", "neg_pre_grad"));

    static {
        STATES.put("step", Reading.COMPLETED);
        STATES.put("max_exp_avg_var", Reading.state("max_exp_avg_sq"));
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        Rule rule = switch (golden.algorithm()) {
            case "adabelief" -> decayed(h, adaBelief(h), DecayWeights::new);
            case "adan" -> decayed(h, adan(h), h.flag("no_prox") ? DecayWeights::new : DecayProximally::new);
            default -> throw golden.unknownAlgorithm();
        };
        return new Recipe(rule, h.number("lr"), STATES);
    }

    private static Rule decayed(Fields h, Rule rule, DoubleFunction<Rule> link) {
        double decay = h.number("weight_decay");
        return decay == 0 ? rule : chain(rule, link.apply(decay));
    }

    private static Rule adan(Fields h) {
        double[] betas = h.numbers("betas", 3);
        return new Adan(betas[0], betas[1], betas[2], h.number("eps"), Adan.Weight.BETA2);
    }

    /// The authors' code, whose one ε stands in both places.
    private static Rule adaBelief(Fields h) {
        double[] betas = h.numbers("betas", 2);
        double eps = h.number("eps");
        AdaBelief belief = new AdaBelief(betas[0], betas[1], eps, eps, EpsPlacement.CORRECTED);
        Rectify.Degenerate degenerate =
                h.flag("degenerate_to_sgd") ? Rectify.Degenerate.MOMENTUM : Rectify.Degenerate.SKIP;
        if (h.flag("rectify")) {
            h.requireOnly(
                    "amsgrad", false, "the authors' code keeps the maximum and does not use it where it rectifies");
            Adaptive uncorrected = belief.withPlacement(EpsPlacement.UNCORRECTED);
            return new Rectify(uncorrected).whereAtLeast(5).withDegenerate(degenerate);
        }
        return h.flag("amsgrad") ? new AmsGrad(belief) : belief;
    }
}
