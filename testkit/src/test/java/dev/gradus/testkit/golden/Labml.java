package dev.gradus.testkit.golden;

import static dev.gradus.rule.Chain.chain;

import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.AdaBelief;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.Adaptive;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsInRoot;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.decay.ShrinkWeights;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.HashMap;
import java.util.Map;

/// The annotated implementations of labml.ai.
final class Labml implements Flavour {
    private static final Map<String, Reading> STATES =
            new HashMap<>(Reading.states("exp_avg", "exp_avg_sq", "exp_avg_var", "max_exp_avg_sq", "hessian"));

    static {
        STATES.put("step", Reading.COMPLETED);
        STATES.put("max_exp_avg_var", Reading.state("max_exp_avg_sq"));
        STATES.put("fp32_copy", Reading.state("master"));
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        double lr = h.number("lr");
        return switch (golden.algorithm()) {
            case "adam", "adamfp16" -> constant(h, lr, adam(h));
            case "amsgrad" -> constant(h, lr, amsGrad(h, adam(h)));
            case "radam" -> constant(h, lr, rectify(h, amsGrad(h, adam(h))));
            case "adabelief" -> constant(h, lr, adaBelief(h));
            case "sophia" -> constant(h, lr, sophia(golden, h));
            case "adamwarmup" -> scheduled(h, lr, warmup(lr, h.whole("warmup")));
            case "adamwarmupcosinedecay" -> scheduled(h, lr, cosine(lr, h.whole("warmup"), h.whole("total_steps")));
            case "noam" -> scheduled(h, lr, Schedules.noam(lr, (int) h.whole("d_model"), h.whole("warmup")));
            default -> throw golden.unknownAlgorithm();
        };
    }

    private static Recipe constant(Fields h, double lr, Rule rule) {
        return new Recipe(decayed(h, rule, new DecayWeights(decay(h))), lr, STATES);
    }

    /// Schedules count by the parameter's own steps, and weight decay ignores them.
    private static Recipe scheduled(Fields h, double lr, Schedule schedule) {
        Rule rule = decayed(h, amsGrad(h, adam(h)), new ShrinkWeights(lr * decay(h)));
        return new Recipe(rule, schedule.perParameter(), STATES);
    }

    private static double decay(Fields h) {
        return h.object("weight_decay").number("value");
    }

    /// @param decoupled how a decoupled decay is said
    private static Rule decayed(Fields h, Rule rule, Rule decoupled) {
        Fields decay = h.object("weight_decay");
        double value = decay.number("value");
        boolean decouple = decay.flag("decouple");
        boolean absolute = decay.flag("absolute");
        if (value == 0) {
            return rule;
        }
        if (!decouple) {
            return chain(new DecayWeights(value), rule);
        }
        return chain(rule, absolute ? new ShrinkWeights(value) : decoupled);
    }

    private static Adam adam(Fields h) {
        double[] betas = h.numbers("betas", 2);
        return new Adam(betas[0], betas[1], h.number("eps"), placement(h));
    }

    private static EpsPlacement placement(Fields h) {
        return h.flag("optimized_update") ? EpsPlacement.UNCORRECTED : EpsPlacement.CORRECTED;
    }

    private static Adaptive amsGrad(Fields h, Adaptive rule) {
        return h.flag("amsgrad") ? new AmsGrad(rule) : rule;
    }

    private static Rectify rectify(Fields h, Adaptive rule) {
        return new Rectify(rule)
                .whereAtLeast(5)
                .withDegenerate(h.flag("degenerate_to_sgd") ? Rectify.Degenerate.MOMENTUM : Rectify.Degenerate.SKIP);
    }

    private static Rule adaBelief(Fields h) {
        double[] betas = h.numbers("betas", 2);
        double eps = h.number("eps");
        Adaptive belief = amsGrad(h, new AdaBelief(betas[0], betas[1], eps, 0, placement(h)));
        Adaptive floored = new EpsInRoot(belief, eps);
        Rectify rectified = rectify(h, floored);
        return h.flag("rectify") ? rectified : floored;
    }

    private static Rule sophia(GoldenCase golden, Fields h) {
        double[] betas = h.numbers("betas", 2);
        long every = h.whole("hessian_every");
        for (int i = 0; i < golden.steps().size(); i++) {
            if ((golden.steps().get(i).hessianGradients() != null) != (i % every == 0)) {
                throw new IllegalArgumentException("hyper.hessian_every = " + every + " does not fit step " + (i + 1));
            }
        }
        return new Sophia(betas[0], betas[1], h.number("eps"), h.number("rho"), h.number("n_tokens"));
    }

    /// `1e-8 + t·lr/warmup` while `t < warmup`, then lr.
    private static Schedule warmup(double lr, long warmup) {
        return warmup < 2
                ? Schedules.constant(lr)
                : Schedules.linear(1e-8 + lr / warmup, 1e-8 + lr, warmup - 1).then(Schedules.constant(lr));
    }

    /// From `t = warmup` on a cosine that rises again after `total` steps, but for a floor.
    private static Schedule cosine(double lr, long warmup, long total) {
        Schedule cosine =
                Schedules.cosineAnnealing(lr, 0, Math.max(1, total - warmup)).atLeast(0.1 * lr);
        return warmup == 0
                ? completed -> cosine.at(completed + 1)
                : warmup(lr, warmup).until(warmup - 1, cosine);
    }
}
