package dev.gradus.testkit.golden;

import static dev.gradus.rule.Mask.rank;
import static dev.gradus.rule.Mask.rankAtLeast;
import static dev.gradus.rule.Mask.size;
import static dev.gradus.rule.Mask.sizeAtLeast;

import dev.gradus.expr.Clock;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.Softplus;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.decay.ShrinkWeights;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.rules.layerwise.Normalize;
import dev.gradus.rules.layerwise.TrustRatio;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.rules.project.RenormalizeRows;
import dev.gradus.rules.reference.BAdam;
import dev.gradus.rules.reference.DuvAdam;
import dev.gradus.rules.reference.RecordUpdate;
import dev.gradus.rules.reference.ScaleByMagnitude;
import dev.gradus.rules.reference.ScaleByNormGrowth;
import dev.gradus.rules.reference.SuAdam;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The notebook's thirteen, by its algorithms and by its code.
final class Notebook implements Flavour {
    private static final Map<String, Reading> STATES = Reading.states(
            "exp_avg",
            "exp_avg_sq",
            "exp_avg_unit",
            "exp_avg_ratio",
            "exp_avg_1st",
            "exp_avg_2ed",
            "update",
            "grad",
            "norm0");

    /// What the notebook takes for a convolution, one network's head left out.
    private static final Mask CONVOLUTION =
            rankAtLeast(4).and(size(1, 256).and(sizeAtLeast(0, 256).not()).not());

    /// The notebook's forms of weight decay, several of which a case may have.
    private record Decay(double l2, double insideTrustRatio, double decoupled, double absolute) {
        static Decay of(Fields h) {
            double wd = h.number("weight_decay", 0);
            return switch (h.text("weight_decay_mode", wd == 0 ? "none" : "missing")) {
                case "none" -> new Decay(0, 0, 0, 0);
                case "l2 and absolute, both" -> new Decay(wd, 0, 0, wd);
                case "inside_trust_ratio" -> new Decay(0, wd, 0, 0);
                case "decoupled: theta -= lr*weight_decay*theta" -> new Decay(0, 0, wd, 0);
                case "absolute: theta -= weight_decay*theta" -> new Decay(0, 0, 0, wd);
                default -> throw h.unknown("weight_decay_mode");
            };
        }
    }

    @Override
    public Recipe recipe(GoldenCase golden, Fields h) {
        Decay decay = Decay.of(h);
        List<Rule> links = new ArrayList<>();
        add(links, decay.l2, DecayWeights::new);
        links.addAll(direction(golden, h, decay));
        add(links, decay.decoupled, DecayWeights::new);
        add(links, decay.absolute, ShrinkWeights::new);
        if (golden.keeps("update") && !golden.algorithm().equals("nb_b_adam")) {
            links.add(new RecordUpdate());
        }
        if (golden.algorithm().equals("nb_adam_awd")) {
            links.add(new RenormalizeRows().onlyFor(CONVOLUTION));
        }
        Rule rule = new Chain(links);
        return new Recipe(
                        h.flag("bias_step_from_first_param", false) ? rule.countingWith(Clock.GROUP_FIRST) : rule,
                        h.number("lr"),
                        STATES)
                .with("step", Reading.COMPLETED)
                .with("init_mag", initialRms(golden));
    }

    private interface Decaying {
        Rule by(double weightDecay);
    }

    private static void add(List<Rule> links, double weightDecay, Decaying link) {
        if (weightDecay != 0) {
            links.add(link.by(weightDecay));
        }
    }

    private static List<Rule> direction(GoldenCase golden, Fields h, Decay decay) {
        if (decay.insideTrustRatio != 0 && !golden.algorithm().equals("nb_lamb")) {
            throw h.unknown("weight_decay_mode");
        }
        return switch (golden.algorithm()) {
            case "nb_adam", "nb_adam_awd" -> List.of(adam(h));
            case "nb_radam" -> List.of(new Rectify(adam(h)).withPlace(Rectify.Place.INSIDE_ROOT));
            case "nb_sadam" -> List.of(softplus(h));
            case "nb_sradam" -> List.of(sradam(h));
            case "nb_lamb" -> {
                List<Rule> links = new ArrayList<>(List.of(adam(h)));
                add(links, decay.insideTrustRatio, DecayWeights::new);
                links.add(new TrustRatio());
                yield links;
            }
            case "nb_adam_gcc" -> List.of(new Centralize().onlyFor(rank(4)), adam(h));
            case "nb_stable_adam" -> List.of(adam(h), new ScaleByNormGrowth(ratio(h)).onlyFor(CONVOLUTION));
            case "nb_um" -> List.of(new Ema(h.number("beta")), new Normalize(norm(h)));
            case "nb_pre_lamb" -> List.of(new TrustRatio(), new Ema(h.number("beta")));
            case "nb_duv_adam" -> List.of(new DuvAdam(beta1(h), beta2(h)));
            case "nb_su_adam" -> List.of(new SuAdam(beta1(h), beta2(h)), magnitude(h));
            case "nb_b_adam" -> List.of(bAdam(h), magnitude(h));
            default -> throw golden.unknownAlgorithm();
        };
    }

    private static Adam adam(Fields h) {
        return new Adam(beta1(h), beta2(h), h.number("eps"), EpsPlacement.CORRECTED);
    }

    private static Softplus softplus(Fields h) {
        Adam adam = new Adam(beta1(h), beta2(h), 0, EpsPlacement.CORRECTED);
        return new Softplus(adam, h.number("smooth"), linearAbove(h));
    }

    private static Rectify sradam(Fields h) {
        Rectify rectify = new Rectify(softplus(h)).withPlace(Rectify.Place.INSIDE_ROOT);
        if (!h.flag("rho_inf_bug", false)) {
            return rectify;
        }
        // The code has ρ_∞ = 2/β₂ − 1, which is less than 4 for every β₂ that anyone uses: it never rectifies.
        if (beta2(h) < 0.4) {
            throw h.unknown("rho_inf_bug");
        }
        return rectify.whereAbove(Double.MAX_VALUE);
    }

    private static BAdam bAdam(Fields h) {
        return switch (h.text("variant")) {
            case "code" -> new BAdam(beta1(h), beta2(h), h.number("smooth"), linearAbove(h), BAdam.Flavour.CODE);
            case "latex" ->
                new BAdam(beta1(h), beta2(h), h.number("smooth"), Double.POSITIVE_INFINITY, BAdam.Flavour.TEXT);
            default -> throw h.unknown("variant");
        };
    }

    private static ScaleByMagnitude magnitude(Fields h) {
        boolean elementwise = h.flag("elementwise_scale", false);
        return new ScaleByMagnitude(
                elementwise ? ScaleByMagnitude.Of.ELEMENT : ScaleByMagnitude.Of.TENSOR, h.number("zero_scale"));
    }

    private static ScaleByNormGrowth.Ratio ratio(Fields h) {
        return switch (h.text("ratio")) {
            case "thetat_over_theta0" -> ScaleByNormGrowth.Ratio.CURRENT_OVER_INITIAL;
            case "theta0_over_thetat" -> ScaleByNormGrowth.Ratio.INITIAL_OVER_CURRENT;
            default -> throw h.unknown("ratio");
        };
    }

    private static Normalize.Norm norm(Fields h) {
        return switch (h.text("norm")) {
            case "l2" -> Normalize.Norm.L2;
            case "rms" -> Normalize.Norm.RMS;
            default -> throw h.unknown("norm");
        };
    }

    private static double linearAbove(Fields h) {
        Double threshold = h.numberOrNull("softplus_threshold");
        return threshold == null ? Double.POSITIVE_INFINITY : threshold;
    }

    private static double beta1(Fields h) {
        return h.numbers("betas", 2)[0];
    }

    private static double beta2(Fields h) {
        return h.numbers("betas", 2)[1];
    }

    /// The code keeps the root of the mean square of each row instead of its norm.
    private static Reading initialRms(GoldenCase golden) {
        return (states, parameter) -> {
            Shape shape = golden.param(parameter).shape();
            double rowLength = shape.rank() == 0 ? 1 : (double) shape.elements() / shape.size(0);
            return Reading.state("norm0").times(1 / Math.sqrt(rowLength)).of(states, parameter);
        };
    }
}
