package dev.gradus.testkit.golden;

import dev.gradus.rule.Chain;
import dev.gradus.rule.Rule;
import dev.gradus.rules.Adam;
import dev.gradus.rules.Adaptive;
import dev.gradus.rules.AmsGrad;
import dev.gradus.rules.ClipByRms;
import dev.gradus.rules.DecayWeights;
import dev.gradus.rules.Descend;
import dev.gradus.rules.EpsPlacement;
import dev.gradus.rules.FactoredRms;
import dev.gradus.rules.LimitLearningRate;
import dev.gradus.rules.Momentum;
import dev.gradus.rules.Rectify;
import dev.gradus.rules.ScaleByParameterRms;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// torch.optim of PyTorch 2.13.
final class Torch implements Flavour {
    private static final Map<String, Reading> STATES = new HashMap<>(Reading.states(
            "exp_avg", "exp_avg_sq", "max_exp_avg_sq", "momentum_buffer", "row_var", "col_var", "variance"));

    static {
        STATES.put("step", Reading.COMPLETED);
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        Rule rule = switch (golden.algorithm()) {
            case "adam" -> l2(h, adam(h, EpsPlacement.CORRECTED));
            case "adamw" -> decoupled(h, adam(h, EpsPlacement.CORRECTED));
            case "radam" -> radam(h);
            case "adafactor" -> adafactor(h);
            case "sgd" -> sgd(h);
            default -> throw golden.unknownAlgorithm();
        };
        h.requireOnly("maximize", false);
        return new Recipe(rule, learningRate(h), STATES);
    }

    private static Schedule learningRate(Fields h) {
        double lr = h.number("lr");
        if (!h.has("schedule")) {
            return Schedules.constant(lr);
        }
        Fields cosine = h.object("schedule").object("cosine_annealing");
        return Schedules.cosineAnnealing(lr, cosine.number("eta_min"), cosine.whole("t_max"));
    }

    private static Rule l2(Fields h, Rule rule) {
        double decay = h.number("weight_decay");
        return decay == 0 ? rule : Chain.chain(new DecayWeights(decay), rule);
    }

    private static Rule decoupled(Fields h, Rule rule) {
        double decay = h.number("weight_decay");
        return decay == 0 ? rule : Chain.chain(rule, new DecayWeights(decay));
    }

    private static Adaptive adam(Fields h, EpsPlacement placement) {
        double[] betas = h.numbers("betas", 2);
        Adam adam = new Adam(betas[0], betas[1], h.number("eps"), placement);
        return h.flag("amsgrad", false) ? new AmsGrad(adam) : adam;
    }

    private static Rule radam(Fields h) {
        Rectify radam = new Rectify(adam(h, EpsPlacement.UNCORRECTED)).whereAbove(5);
        return h.flag("decoupled_weight_decay") ? decoupled(h, radam) : l2(h, radam);
    }

    /// The learning rate of the step is limited to 1/√t, that of the decay is not.
    private static Rule adafactor(Fields h) {
        double[] eps = h.numbers("eps", 2);
        List<Rule> links = new ArrayList<>();
        links.add(new FactoredRms(
                -h.number("beta2_decay"), eps[0], FactoredRms.Factoring.LAST_TWO, 1, FactoredRms.Floor.CLAMPED));
        links.add(new ClipByRms(h.number("d")));
        links.add(new ScaleByParameterRms(eps[1]));
        links.add(new LimitLearningRate());
        return decoupled(h, new Chain(links));
    }

    private static Rule sgd(Fields h) {
        h.requireOnly("nesterov", false);
        h.requireOnly("dampening", 0);
        double momentum = h.number("momentum");
        return l2(h, momentum == 0 ? new Descend() : new Momentum(momentum));
    }
}
