package dev.gradus.testkit.golden;

import dev.gradus.rule.Chain;
import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.Adadelta;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.Adamax;
import dev.gradus.rules.adaptive.Adaptive;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.RootEps;
import dev.gradus.rules.adaptive.ScheduledNesterov;
import dev.gradus.rules.average.Asgd;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.control.DecayOverTime;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.LimitLearningRate;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.layerwise.ScaleByParameterRms;
import dev.gradus.rules.momentum.Dampen;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Rprop;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// torch.optim of PyTorch 2.13.
final class Torch implements Flavour {
    private static final Map<String, Reading> STATES = new HashMap<>(Reading.states(
            "exp_avg",
            "exp_avg_sq",
            "max_exp_avg_sq",
            "momentum_buffer",
            "row_var",
            "col_var",
            "variance",
            "square_avg",
            "grad_avg",
            "acc_delta",
            "sum",
            "exp_inf",
            "mu_product",
            "prev",
            "step_size",
            "eta",
            "mu",
            "ax"));

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
            case "sgd" -> l2(h, sgd(h));
            case "rmsprop" -> l2(h, rmsProp(h));
            case "adagrad" -> l2(h, adagrad(h));
            case "adadelta" -> l2(h, new Adadelta(h.number("rho"), h.number("eps")));
            case "adamax" -> l2(h, adamax(h));
            case "nadam" -> nadam(h);
            case "rprop" -> rprop(h);
            case "asgd" -> l2(h, new Asgd(h.number("lambd"), h.number("alpha"), h.number("t0")));
            default -> throw golden.unknownAlgorithm();
        };
        Rule climbing = h.flag("maximize") ? Chain.chain(new Scale(-1), rule) : rule;
        return new Recipe(climbing, learningRate(h), STATES);
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
        double momentum = h.number("momentum");
        double dampening = h.number("dampening");
        Momentum.Form form = h.flag("nesterov") ? Momentum.Form.NESTEROV : Momentum.Form.HEAVY_BALL;
        if (momentum == 0) {
            return new Descend();
        }
        Rule rule = new Momentum(momentum, form);
        return dampening == 0 ? rule : Chain.chain(new Dampen(dampening), rule);
    }

    private static Rule rmsProp(Fields h) {
        RmsProp rule = new RmsProp(h.number("alpha"), h.number("eps"))
                .withAbout(h.flag("centered") ? RmsProp.About.MEAN : RmsProp.About.ZERO);
        double momentum = h.number("momentum");
        return momentum == 0 ? rule : Chain.chain(rule, new Momentum(momentum));
    }

    private static Rule adagrad(Fields h) {
        Rule rule = new Adagrad(h.number("initial_accumulator_value"), h.number("eps"), RootEps.OUTSIDE);
        double decay = h.number("lr_decay");
        return decay == 0 ? rule : Chain.chain(rule, new DecayOverTime(decay));
    }

    private static Rule adamax(Fields h) {
        double[] betas = h.numbers("betas", 2);
        return new Adamax(betas[0], betas[1], h.number("eps"));
    }

    private static Rule nadam(Fields h) {
        Rule rule = new ScheduledNesterov(adam(h, EpsPlacement.CORRECTED), h.number("momentum_decay"));
        return h.flag("decoupled_weight_decay") ? decoupled(h, rule) : l2(h, rule);
    }

    private static Rule rprop(Fields h) {
        double[] factors = h.numbers("etas", 2);
        double[] sizes = h.numbers("step_sizes", 2);
        return new Rprop(factors[0], factors[1], sizes[0], sizes[1]);
    }
}
