package dev.gradus.testkit.golden;

import static dev.gradus.rule.Chain.chain;

import dev.gradus.rule.Rule;
import dev.gradus.rules.AdaBelief;
import dev.gradus.rules.Adaptive;
import dev.gradus.rules.AmsGrad;
import dev.gradus.rules.DecayWeights;
import dev.gradus.rules.EpsPlacement;
import dev.gradus.rules.Rectify;
import java.util.HashMap;
import java.util.Map;

/// timm's ports of authors' code.
final class Timm implements Flavour {
    private static final Map<String, Reading> STATES = new HashMap<>(Reading.states("exp_avg", "exp_avg_var"));

    static {
        STATES.put("step", Reading.COMPLETED);
        STATES.put("max_exp_avg_var", Reading.state("max_exp_avg_sq"));
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        if (!golden.algorithm().equals("adabelief")) {
            throw golden.unknownAlgorithm();
        }
        double decay = h.number("weight_decay");
        Rule rule = adaBelief(h);
        return new Recipe(decay == 0 ? rule : chain(rule, new DecayWeights(decay)), h.number("lr"), STATES);
    }

    /// The authors' code, whose one ε stands in both places; the maximum is ignored where it rectifies.
    private static Rule adaBelief(Fields h) {
        double[] betas = h.numbers("betas", 2);
        double eps = h.number("eps");
        AdaBelief belief = new AdaBelief(betas[0], betas[1], eps, eps, EpsPlacement.CORRECTED);
        Rectify.Degenerate degenerate =
                h.flag("degenerate_to_sgd") ? Rectify.Degenerate.MOMENTUM : Rectify.Degenerate.SKIP;
        if (h.flag("rectify")) {
            h.requireOnly("amsgrad", false);
            Adaptive uncorrected = belief.withEps(EpsPlacement.UNCORRECTED);
            return new Rectify(uncorrected).whereAtLeast(5).with(degenerate);
        }
        return h.flag("amsgrad") ? new AmsGrad(belief) : belief;
    }
}
