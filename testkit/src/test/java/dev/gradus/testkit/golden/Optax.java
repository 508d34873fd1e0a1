package dev.gradus.testkit.golden;

import static dev.gradus.rule.Chain.chain;

import dev.gradus.rule.Chain;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.AdaBelief;
import dev.gradus.rules.adaptive.Adadelta;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.Adamax;
import dev.gradus.rules.adaptive.Adan;
import dev.gradus.rules.adaptive.Adaptive;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsInRoot;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Nesterov;
import dev.gradus.rules.adaptive.Prodigy;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.RootEps;
import dev.gradus.rules.adaptive.Yogi;
import dev.gradus.rules.average.Lookahead;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.control.ScaleByLearningRate;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.decay.ShrinkWeights;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.layerwise.Fromage;
import dev.gradus.rules.layerwise.LayerwiseRate;
import dev.gradus.rules.layerwise.NovoGrad;
import dev.gradus.rules.layerwise.ScaleByParameterRms;
import dev.gradus.rules.layerwise.TrustRatio;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.rules.momentum.Lion;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Rprop;
import dev.gradus.rules.reference.DelayStep;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/// optax 0.2.8.
final class Optax implements Flavour {
    private static final Map<String, Reading> STATES = new HashMap<>(
            Reading.states("slow", "exp_avg", "exp_avg_sq", "grad_sum", "params0", "estim_lr", "numerator_weighted"));

    static {
        STATES.put("mu", Reading.state("exp_avg"));
        STATES.put("nu", Reading.state("exp_avg_sq", "exp_avg_var", "exp_inf"));
        STATES.put("nu_max", Reading.state("max_exp_avg_sq"));
        STATES.put("trace", Reading.state("momentum_buffer"));
        STATES.put("v_row", Reading.state("row_var").orZero());
        STATES.put("v_col", Reading.state("col_var").orZero());
        STATES.put("v", Reading.state("variance").orZero());
        STATES.put("count", Reading.COMPLETED);
        STATES.put("count_2", Reading.COMPLETED);
        STATES.put("count_3", Reading.COMPLETED);
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        return switch (golden.algorithm()) {
            case "adabelief" -> plain(h, decayed(golden, h, adaBelief(h), "weight_decay_mask"));
            case "adam" -> plain(h, nesterov(h, inRoot(h, adam(h))));
            case "adamw" -> plain(h, decayed(golden, h, nesterov(h, inRoot(h, adam(h))), "mask"));
            case "amsgrad" -> plain(h, inRoot(h, new AmsGrad(adam(h), AmsGrad.Maximum.CORRECTED)));
            case "nadam" -> plain(h, new Nesterov(inRoot(h, adam(h))));
            case "nadamw" -> plain(h, decayed(golden, h, new Nesterov(inRoot(h, adam(h))), "mask"));
            case "radam" -> plain(h, new Rectify(nesterov(h, inRoot(h, adam(h)))).whereAtLeast(h.number("threshold")));
            case "lamb" -> plain(h, chain(decayed(golden, h, inRoot(h, adam(h)), "mask"), new TrustRatio()));
            case "chain" -> clipAdamDecaySchedule(h);
            case "sgd" -> sgd(h);
            case "lookahead" -> lookahead(h);
            case "adafactor" -> adafactor(golden, h);
            case "prodigy" -> plain(h, prodigy(h));
            case "schedule_free_sgd", "schedule_free_adamw" -> scheduleFree(h);
            case "adadelta" -> adadelta(h);
            case "adagrad" -> adagrad(h);
            case "adamax" -> plain(h, adamax(h));
            case "adamaxw" -> plain(h, decayed(golden, h, adamax(h), "mask"));
            case "adan" -> adan(golden, h);
            case "fromage" -> plain(h, new Fromage(h.number("min_norm")));
            case "lars" -> lars(golden, h);
            case "lion" -> plain(h, decayed(golden, h, new Lion(h.number("b1"), h.number("b2")), "mask"));
            case "novograd" -> novoGrad(h);
            case "rmsprop" -> rmsProp(h);
            case "rprop" -> rprop(h);
            case "yogi" -> plain(h, new Yogi(h.number("b1"), h.number("b2"), h.number("eps"), 1e-6));
            default -> throw golden.unknownAlgorithm();
        };
    }

    private static Recipe plain(Fields h, Rule rule) {
        return new Recipe(rule, learningRate(h, "learning_rate"), STATES);
    }

    /// A number, or the name of a schedule with its arguments; 1 where Adafactor has none.
    private static Schedule learningRate(Fields h, String key) {
        if (h.node(key).isNull()) {
            return Schedules.constant(1);
        }
        if (h.node(key).isNumber()) {
            return Schedules.constant(h.number(key));
        }
        Fields named = h.object(key);
        String name = named.keys().iterator().next();
        return ScheduleTable.schedule(name, named.object(name));
    }

    private static Adam adam(Fields h) {
        return new Adam(h.number("b1"), h.number("b2"), h.number("eps"), EpsPlacement.CORRECTED);
    }

    private static Adaptive inRoot(Fields h, Adaptive rule) {
        double eps = h.number("eps_root");
        return eps == 0 ? rule : new EpsInRoot(rule, eps, EpsInRoot.Moment.CORRECTED);
    }

    private static Adaptive nesterov(Fields h, Adaptive rule) {
        return h.flag("nesterov", false) ? new Nesterov(rule) : rule;
    }

    private static Adaptive adaBelief(Fields h) {
        return nesterov(
                h,
                new AdaBelief(
                        h.number("b1"), h.number("b2"), h.number("eps"), h.number("eps_root"), EpsPlacement.CORRECTED));
    }

    /// Weight decay after the rule, where there is any, for the parameters that the mask is true for.
    private static Rule decayed(GoldenCase golden, Fields h, Rule rule, String mask) {
        if (!h.has("weight_decay")) {
            return rule;
        }
        List<Rule> links = new ArrayList<>(List.of(rule));
        links.addAll(masked(golden, h, mask, new DecayWeights(h.number("weight_decay"))));
        return new Chain(links);
    }

    /// A link for the parameters that the mask is true for, or for all where the case has no mask; none where it is
    /// false for all.
    private static List<Rule> masked(GoldenCase golden, Fields h, String mask, Rule link) {
        if (!h.has(mask)) {
            return List.of(link);
        }
        List<Boolean> chosen = h.flags(mask);
        golden.requireOnePerParameter(mask, chosen);
        return IntStream.range(0, chosen.size())
                .filter(chosen::get)
                .mapToObj(i -> Mask.named(golden.params().get(i).name()))
                .reduce(Mask::or)
                .<Rule>map(link::onlyFor)
                .stream()
                .toList();
    }

    private static Recipe clipAdamDecaySchedule(Fields h) {
        Rule rule = chain(
                new ClipByGlobalNorm(h.number("max_norm")),
                inRoot(h, adam(h)),
                new DecayWeights(h.number("weight_decay")));
        return new Recipe(rule, learningRate(h, "schedule"), STATES);
    }

    private static Recipe sgd(Fields h) {
        return plain(h, momentum(h).orElseGet(Descend::new));
    }

    private static Optional<Rule> momentum(Fields h) {
        Double momentum = h.numberOrNull("momentum");
        Momentum.Form form = h.flag("nesterov") ? Momentum.Form.NESTEROV : Momentum.Form.HEAVY_BALL;
        return Optional.ofNullable(momentum).map(mu -> new Momentum(mu, form));
    }

    /// Momentum of steps; optax adds them where Gradus subtracts.
    private static Recipe withMomentumOfSteps(Fields h, List<Rule> before) {
        List<Rule> links = new ArrayList<>(before);
        momentum(h).ifPresent(momentum -> {
            links.add(new ScaleByLearningRate());
            links.add(momentum);
        });
        return plain(h, new Chain(links))
                .with("trace", Reading.state("momentum_buffer").times(-1));
    }

    private static List<Rule> decay(Fields h) {
        double decay = h.number("weight_decay");
        return decay == 0 ? List.of() : List.of(new DecayWeights(decay));
    }

    private static Recipe adadelta(Fields h) {
        List<Rule> links = new ArrayList<>(decay(h));
        links.add(new Adadelta(h.number("rho"), h.number("eps")));
        return plain(h, new Chain(links))
                .with("e_g", Reading.state("square_avg"))
                .with("e_x", Reading.state("acc_delta"));
    }

    private static Recipe adagrad(Fields h) {
        Rule rule = new Adagrad(h.number("initial_accumulator_value"), h.number("eps"), RootEps.INSIDE);
        return plain(h, rule).with("sum_of_squares", Reading.state("sum"));
    }

    private static Adamax adamax(Fields h) {
        return new Adamax(h.number("b1"), h.number("b2"), h.number("eps"));
    }

    private static Recipe adan(GoldenCase golden, Fields h) {
        Adan adan =
                new Adan(h.number("b1"), h.number("b2"), h.number("b3"), h.number("eps"), Adan.Weight.ONE_MINUS_BETA2);
        return plain(h, decayed(golden, h, inRoot(h, adan), "mask"))
                .with("m", Reading.state("exp_avg"))
                .with("v", Reading.state("exp_avg_diff"))
                .with("n", Reading.state("exp_avg_sq"))
                .with("g", Reading.state("neg_pre_grad").times(-1))
                .with("t", Reading.COMPLETED);
    }

    private static Recipe lars(GoldenCase golden, Fields h) {
        List<Rule> links = new ArrayList<>();
        decay(h).forEach(decay -> links.addAll(masked(golden, h, "weight_decay_mask", decay)));
        Rule rate = new LayerwiseRate(h.number("trust_coefficient"), h.number("eps"));
        links.addAll(masked(golden, h, "trust_ratio_mask", rate));
        return withMomentumOfSteps(h, links);
    }

    private static Recipe novoGrad(Fields h) {
        List<Rule> links = new ArrayList<>();
        links.add(new NovoGrad(h.number("b2"), h.number("eps"), h.number("eps_root")));
        links.addAll(decay(h));
        links.add(new Momentum(h.number("b1")));
        return plain(h, new Chain(links)).with("mu", Reading.state("momentum_buffer"));
    }

    private static Recipe rmsProp(Fields h) {
        RmsProp rule = new RmsProp(h.number("decay"), h.number("eps"))
                .withInitialScale(h.number("initial_scale"))
                .withPlacement(h.flag("eps_in_sqrt") ? RootEps.INSIDE : RootEps.OUTSIDE)
                .withAbout(h.flag("centered") ? RmsProp.About.MEAN : RmsProp.About.ZERO)
                .withStart(h.flag("bias_correction") ? Ema.Start.CORRECTED : Ema.Start.KEPT);
        return withMomentumOfSteps(h, List.of(rule))
                .with("mu", Reading.state("grad_avg"))
                .with("nu", Reading.state("square_avg"));
    }

    /// Keeps the step in place of the gradient, of which only the sign matters.
    private static Recipe rprop(Fields h) {
        Rule rule = new Rprop(
                h.number("eta_minus"), h.number("eta_plus"), h.number("min_step_size"), h.number("max_step_size"));
        return plain(h, chain(rule, new DelayStep()))
                .with("step_sizes", Reading.state("step_size"))
                .with("prev_updates", Reading.state("prev_update").withSignsOf("prev"));
    }

    private static Recipe lookahead(Fields h) {
        Rule adam = adam(h);
        Rule fast = switch (h.text("fast")) {
            case "adam" -> adam;
            case "sgd" -> new Descend();
            default -> throw h.unknown("fast");
        };
        long period = h.whole("sync_period");
        return plain(h, new Lookahead(fast, period, h.number("slow_step_size")))
                .with("steps_since_sync", (states, parameter) -> new double[] {states.completed(parameter) % period});
    }

    /// The momentum averages steps, the learning rate included, and weight decay does not depend on it; optax keeps
    /// the average of the negative step.
    private static Recipe adafactor(GoldenCase golden, Fields h) {
        h.requireOnly(
                "decay_offset",
                0,
                "it is the step number at which fine-tuning begins, and a case begins at the first step");
        double decayRate = h.number("decay_rate");
        FactoredRms.Factoring factoring =
                h.flag("factored") ? FactoredRms.Factoring.TWO_LARGEST : FactoredRms.Factoring.NONE;
        List<Rule> links = new ArrayList<>();
        links.add(new FactoredRms(
                decayRate, h.number("eps"), factoring, h.whole("min_dim_size_to_factor"), FactoredRms.Floor.ADDED));
        Double clipping = h.numberOrNull("clipping_threshold");
        if (clipping != null) {
            links.add(new ClipByRms(clipping));
        }
        if (h.flag("multiply_by_parameter_scale")) {
            links.add(new ScaleByParameterRms());
        }
        Double momentum = h.numberOrNull("momentum");
        if (momentum != null) {
            links.add(new ScaleByLearningRate());
            links.add(new Ema(momentum, Ema.Start.KEPT));
        }
        Double decay = h.numberOrNull("weight_decay_rate");
        if (decay != null) {
            links.addAll(masked(golden, h, "weight_decay_mask", new ShrinkWeights(decay)));
        }
        return plain(h, new Chain(links))
                .with("factoredRms.decay", inFloat32(decayRate))
                .with("ema", Reading.state("exp_avg"));
    }

    /// optax computes β_t = 1 − t^(−decay) in float32, whatever the parameters' type: the decay that gives this β_t.
    private static Schedule inFloat32(double decay) {
        return completed -> {
            double t = completed + 1.0;
            float beta = 1 - (float) Math.pow(t, -(float) decay);
            return completed == 0 ? decay : -Math.log1p(-beta) / Math.log(t);
        };
    }

    /// optax weights with the learning rate of the step after, so that this is the one here, and the base rule's
    /// direction is scaled to that of the step itself.
    private static Recipe scheduleFree(Fields h) {
        List<Rule> links = new ArrayList<>();
        switch (h.text("base")) {
            case "adamw" -> {
                links.add(new RmsProp(h.number("b2"), h.number("eps")).withStart(Ema.Start.CORRECTED));
                links.add(new DecayWeights(h.number("weight_decay")));
            }
            case "sgd" -> {
                links.addAll(decay(h));
                h.number("b2");
                h.number("eps");
            }
            default -> throw h.unknown("base");
        }
        links.add(new Scale(1));
        double peak = h.number("learning_rate");
        long warmup = h.whole("warmup_steps");
        Schedule learningRate = warmup == 0 ? Schedules.constant(peak) : Schedules.linear(0, peak, warmup);
        Rule rule = new ScheduleFree(new Chain(links), h.number("b1"), h.number("weight_lr_power"));
        return new Recipe(rule, (Schedule) completed -> learningRate.at(completed + 1), STATES)
                .with("scale.factor", (Schedule)
                        completed -> learningRate.at(completed) / learningRate.at(completed + 1))
                .with("z", Reading.state("z"))
                .with("nu", Reading.state("square_avg"))
                .with("weight_sum", Reading.state("weight_sum"))
                .with("max_lr", Reading.state("max_lr"))
                .with("b1", (states, parameter) -> new double[] {h.number("b1")})
                .with("step_count", (states, parameter) -> new double[] {states.completed(parameter) + 1});
    }

    private static Rule prodigy(Fields h) {
        double[] betas = h.numbers("betas", 2);
        return new Prodigy(
                betas[0],
                betas[1],
                h.number("eps"),
                h.number("d0"),
                h.number("d_coef"),
                h.number("weight_decay"),
                h.flag("safeguard_warmup"));
    }
}
