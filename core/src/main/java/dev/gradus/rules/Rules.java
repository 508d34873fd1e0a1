package dev.gradus.rules;

import static dev.gradus.rule.Chain.chain;
import static dev.gradus.rule.Mask.rank;
import static dev.gradus.rule.Mask.rankAtLeast;

import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Spelling;
import dev.gradus.rules.adaptive.AdEmaMix;
import dev.gradus.rules.adaptive.AdaBelief;
import dev.gradus.rules.adaptive.AdaBound;
import dev.gradus.rules.adaptive.Adadelta;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.Adam;
import dev.gradus.rules.adaptive.AdamMini;
import dev.gradus.rules.adaptive.Adamax;
import dev.gradus.rules.adaptive.Adan;
import dev.gradus.rules.adaptive.Adopt;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.DAdaptAdam;
import dev.gradus.rules.adaptive.EpsInRoot;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.MadGrad;
import dev.gradus.rules.adaptive.Nesterov;
import dev.gradus.rules.adaptive.Prodigy;
import dev.gradus.rules.adaptive.QuasiHyperbolic;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.ScheduledNesterov;
import dev.gradus.rules.adaptive.Softplus;
import dev.gradus.rules.adaptive.Sophia;
import dev.gradus.rules.adaptive.Yogi;
import dev.gradus.rules.average.Asgd;
import dev.gradus.rules.average.AverageWeights;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.average.Lookahead;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.clip.ClipByGlobalNorm;
import dev.gradus.rules.clip.ClipByNorm;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.clip.ClipByValue;
import dev.gradus.rules.clip.RecordNorm;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.AddNoise;
import dev.gradus.rules.control.Cautious;
import dev.gradus.rules.control.DecayOverTime;
import dev.gradus.rules.control.Descend;
import dev.gradus.rules.control.Grams;
import dev.gradus.rules.control.LimitLearningRate;
import dev.gradus.rules.control.Partition;
import dev.gradus.rules.control.Sam;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.control.ScaleByLearningRate;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.control.SkipUnusual;
import dev.gradus.rules.control.ZeroNonFinite;
import dev.gradus.rules.decay.DecayCautiously;
import dev.gradus.rules.decay.DecayProximally;
import dev.gradus.rules.decay.DecayToSparse;
import dev.gradus.rules.decay.DecayWeights;
import dev.gradus.rules.decay.ShrinkWeights;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.factored.FactoredRmsProp;
import dev.gradus.rules.factored.ScaleByConfidence;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.rules.layerwise.Fromage;
import dev.gradus.rules.layerwise.LayerwiseRate;
import dev.gradus.rules.layerwise.Normalize;
import dev.gradus.rules.layerwise.NovoGrad;
import dev.gradus.rules.layerwise.ScaleByParameterRms;
import dev.gradus.rules.layerwise.TrustRatio;
import dev.gradus.rules.momentum.Dampen;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.rules.momentum.Lion;
import dev.gradus.rules.momentum.Mars;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Rprop;
import dev.gradus.rules.momentum.Sign;
import dev.gradus.rules.project.ProjectMaxNorm;
import dev.gradus.rules.project.ProjectNonNegative;
import dev.gradus.rules.project.ProjectUnitNorm;
import dev.gradus.rules.project.RenormalizeRows;
import dev.gradus.rules.reference.BAdam;
import dev.gradus.rules.reference.DelayStep;
import dev.gradus.rules.reference.DuvAdam;
import dev.gradus.rules.reference.RecordUpdate;
import dev.gradus.rules.reference.ScaleByMagnitude;
import dev.gradus.rules.reference.ScaleByNormGrowth;
import dev.gradus.rules.reference.SuAdam;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// The catalogue of optimizers: what each is composed of, and where it comes from. A new optimizer is one record and
/// one declaration here, a method with its entry in the catalogue below it.
public final class Rules {
    private Rules() {}

    /// An optimizer of the catalogue.
    ///
    /// @param name as users spell it, in small letters
    /// @param summary what it is, in a few words
    /// @param rule with its defaults
    /// @param source where it comes from
    /// @param learningRate a learning rate to begin with
    public record Entry(String name, String summary, Rule rule, String source, double learningRate) {}

    private static final String KINGMA = "Kingma & Ba, ICLR 2015, arXiv:1412.6980";
    private static final String NOTEBOOK = "the notebook of thirteen Adam-family optimizers";

    private static final String DOZAT = "Dozat, ICLR 2016 workshop";
    private static final String XIE = "Xie et al., arXiv:2208.06677";

    private static final List<Entry> ALL = new ArrayList<>();

    private static void list(String name, String summary, Rule rule, String source, double learningRate) {
        ALL.add(new Entry(name, summary, rule, source, learningRate));
    }

    /// Gradient descent with momentum 0.9.
    public static Rule sgd() {
        return new Momentum();
    }

    static {
        list("sgd", "gradient descent with momentum", sgd(), "Sutskever et al., ICML 2013", 1e-2);
    }

    /// Adam as in the paper.
    public static Adam adam() {
        return new Adam();
    }

    static {
        list("adam", "average gradient over the root of its average square", adam(), KINGMA, 1e-3);
    }

    /// Adam with decoupled weight decay of 0.01.
    public static Rule adamW() {
        return chain(adam(), decayWeights(0.01));
    }

    static {
        list("adamw", "Adam with decoupled weight decay", adamW(), "Loshchilov & Hutter, arXiv:1711.05101", 1e-3);
    }

    /// Adam whose second moment never shrinks, by torch's convention.
    public static AmsGrad amsGrad() {
        return new AmsGrad(adam());
    }

    static {
        list("amsgrad", "Adam whose second moment never shrinks", amsGrad(), "Reddi et al., arXiv:1904.09237", 1e-3);
    }

    /// Adam, rectified by the paper's condition.
    public static Rectify radam() {
        return new Rectify(adam());
    }

    static {
        list(
                "radam",
                "Adam, rectified while its second moment is young",
                radam(),
                "Liu et al., arXiv:1908.03265",
                1e-3);
    }

    /// AdaBelief with optax's defaults.
    public static AdaBelief adaBelief() {
        return new AdaBelief();
    }

    static {
        list(
                "adabelief",
                "steps by how far gradients stray from their average",
                adaBelief(),
                "Zhuang et al., arXiv:2010.07468",
                1e-3);
    }

    /// Adam with β₂ = 0.99 and the exact softplus, of sharpness 50.
    public static Softplus sadam() {
        return new Softplus(adam().withBeta2(0.99));
    }

    static {
        list("sadam", "Adam with a softplus for a denominator", sadam(), "Tong et al., arXiv:1908.00700", 1e-3);
    }

    /// RAdam with the exact softplus, of sharpness 50, around the rectified root.
    public static Rectify sradam() {
        return new Rectify(new Softplus(adam())).withPlace(Rectify.Place.INSIDE_ROOT);
    }

    static {
        list("sradam", "RAdam with a softplus for a denominator", sradam(), NOTEBOOK, 1e-3);
    }

    /// Adam with weight decay of 0.01 inside of a trust ratio per tensor, and ε = 1e-6 (You et al.).
    public static Rule lamb() {
        return chain(adam().withEps(1e-6), decayWeights(0.01), new TrustRatio());
    }

    static {
        list("lamb", "Adam with steps as long as the tensor is", lamb(), "You et al., arXiv:1904.00962", 2e-3);
    }

    /// An average of gradients that are scaled to the length of their tensor.
    public static Rule preLamb() {
        return chain(new TrustRatio(), new Ema());
    }

    static {
        list("pre_lamb", "average of gradients as long as the tensor is", preLamb(), NOTEBOOK, 1e-2);
    }

    /// Adam with β₂ = 0.99 on gradients centralised per output channel, for weights of convolutions.
    public static Rule adamGcc() {
        return chain(new Centralize().onlyFor(rank(4)), adam().withBeta2(0.99));
    }

    static {
        list(
                "adam_gcc",
                "Adam on gradients centralised per output channel",
                adamGcc(),
                "Yong et al., arXiv:2004.01461",
                1e-3);
    }

    /// Adam with β₂ = 0.99 whose steps grow with the weights of convolutions.
    public static Rule stableAdam() {
        return chain(adam().withBeta2(0.99), new ScaleByNormGrowth().onlyFor(rankAtLeast(4)));
    }

    static {
        list("stable_adam", "Adam with steps that grow with the weights", stableAdam(), NOTEBOOK, 1e-3);
    }

    /// Adam with β₂ = 0.99 that keeps the norms of convolutions' weights.
    public static Rule adamAwd() {
        return chain(adam().withBeta2(0.99), new Descend(), new RenormalizeRows().onlyFor(rankAtLeast(4)));
    }

    static {
        list("adam_awd", "Adam on weights of constant norm", adamAwd(), NOTEBOOK, 1e-3);
    }

    /// The average gradient, normalised per tensor.
    public static Rule um() {
        return chain(new Ema(), new Normalize());
    }

    static {
        list("um", "momentum with steps of constant length", um(), NOTEBOOK, 1e-2);
    }

    /// The notebook's Duv_Adam.
    public static DuvAdam duvAdam() {
        return new DuvAdam();
    }

    static {
        list("duv_adam", "divides by relative surprise", duvAdam(), NOTEBOOK, 1e-2);
    }

    /// The notebook's SU_Adam.
    public static Rule suAdam() {
        return chain(new SuAdam(), new ScaleByMagnitude());
    }

    static {
        list("su_adam", "average sign over how much it changes", suAdam(), NOTEBOOK, 1e-2);
    }

    /// The notebook's B_Adam, by its code, with exact softplus.
    public static Rule bAdam() {
        return chain(new BAdam(), new ScaleByMagnitude());
    }

    static {
        list("b_adam", "divides by the curvature of the last step", bAdam(), NOTEBOOK, 1e-1);
    }

    /// Sophia-G with labml's defaults.
    public static Sophia sophia() {
        return new Sophia();
    }

    static {
        list(
                "sophia",
                "divides by an estimate of the Hessian's diagonal",
                sophia(),
                "Liu et al., arXiv:2305.14342",
                1e-3);
    }

    /// Adafactor with a given learning rate, relative to the parameter.
    public static Rule adafactor() {
        return chain(new FactoredRms(), new ClipByRms(), new ScaleByParameterRms());
    }

    static {
        list(
                "adafactor",
                "second moment kept as rows and columns",
                adafactor(),
                "Shazeer & Stern, arXiv:1804.04235",
                1e-2);
    }

    /// Prodigy with the paper's defaults.
    public static Prodigy prodigy() {
        return new Prodigy();
    }

    static {
        list("prodigy", "Adam that estimates its step size", prodigy(), "Mishchenko & Defazio, arXiv:2306.06101", 1);
    }

    /// Lookahead every 5 steps, half of the way, around Adam.
    public static Lookahead lookahead() {
        return lookahead(adam());
    }

    static {
        list("lookahead", "Adam with slow weights that follow", lookahead(), "Zhang et al., arXiv:1907.08610", 1e-3);
    }

    /// Schedule-free AdamW: the weights to be evaluated are an average that needs no schedule.
    public static Rule scheduleFreeAdamW() {
        return new ScheduleFree(chain(new RmsProp(0.999, 1e-8).withStart(Ema.Start.CORRECTED), decayWeights(0.01)));
    }

    static {
        list(
                "schedule_free_adamw",
                "Adam without momentum, averaged without a schedule",
                scheduleFreeAdamW(),
                "Defazio et al., arXiv:2405.15682",
                2.5e-3);
    }

    /// Lion as in the paper, with weight decay of 0.1.
    public static Rule lion() {
        return chain(new Lion(), decayWeights(0.1));
    }

    static {
        list("lion", "sign of an average gradient", lion(), "Chen et al., arXiv:2302.06675", 1e-4);
    }

    /// Adan as in the paper, with proximal weight decay of 0.02.
    public static Rule adan() {
        return chain(new Adan(), new DecayProximally());
    }

    static {
        list("adan", "Adam that looks ahead by the gradient's change", adan(), XIE, 1e-3);
    }

    /// Adam with Nesterov's look ahead and the paper's schedule of momentum, as torch's.
    public static ScheduledNesterov nadam() {
        return new ScheduledNesterov(adam());
    }

    static {
        list("nadam", "Adam with Nesterov's look ahead", nadam(), DOZAT, 2e-3);
    }

    /// NAdam with decoupled weight decay of 0.01.
    public static Rule nadamW() {
        return chain(nadam(), decayWeights(0.01));
    }

    static {
        list("nadamw", "NAdam with decoupled weight decay", nadamW(), DOZAT, 2e-3);
    }

    /// Adamax with the paper's defaults.
    public static Adamax adamax() {
        return new Adamax();
    }

    static {
        list("adamax", "Adam by the largest gradient", adamax(), KINGMA, 2e-3);
    }

    /// Adamax with decoupled weight decay of 0.01.
    public static Rule adamaxW() {
        return chain(adamax(), decayWeights(0.01));
    }

    static {
        list("adamaxw", "Adamax with decoupled weight decay", adamaxW(), KINGMA, 2e-3);
    }

    /// Yogi with the paper's defaults.
    public static Yogi yogi() {
        return new Yogi();
    }

    static {
        list("yogi", "Adam whose second moment falls slowly", yogi(), "Zaheer et al., NeurIPS 2018", 1e-2);
    }

    /// NovoGrad with optax's defaults and weight decay of 0.001.
    public static Rule novoGrad() {
        return chain(new NovoGrad(), decayWeights(0.001), new Momentum());
    }

    static {
        list("novograd", "gradients by their tensor's norm", novoGrad(), "Ginsburg et al., arXiv:1905.11286", 1e-2);
    }

    /// LARS with weight decay of 1e-4; the momentum keeps steps, learning rate included.
    public static Rule lars() {
        return chain(decayWeights(1e-4), new LayerwiseRate(), new ScaleByLearningRate(), new Momentum());
    }

    static {
        list("lars", "steps by the tensor's length", lars(), "You et al., arXiv:1708.03888", 1);
    }

    /// Fromage.
    public static Fromage fromage() {
        return new Fromage();
    }

    static {
        list(
                "fromage",
                "steps by the tensor's length, which stays",
                fromage(),
                "Bernstein et al., arXiv:2002.03432",
                1e-2);
    }

    /// RMSprop with torch's defaults.
    public static RmsProp rmsProp() {
        return new RmsProp();
    }

    static {
        list("rmsprop", "gradient over the root of its average square", rmsProp(), "Tieleman & Hinton 2012", 1e-2);
    }

    /// Adagrad with torch's defaults.
    public static Adagrad adagrad() {
        return new Adagrad();
    }

    static {
        list("adagrad", "gradient over the root of its sum of squares", adagrad(), "Duchi et al., JMLR 2011", 1e-2);
    }

    /// Adadelta with torch's defaults, for a learning rate of 1.
    public static Adadelta adadelta() {
        return new Adadelta();
    }

    static {
        list("adadelta", "steps as long as those before", adadelta(), "Zeiler, arXiv:1212.5701", 1);
    }

    /// Rprop with torch's defaults, for whole batches.
    public static Rprop rprop() {
        return new Rprop();
    }

    static {
        list("rprop", "step sizes that grow while signs stay", rprop(), "Riedmiller & Braun, ICNN 1993", 1e-2);
    }

    /// Averaged gradient descent with torch's defaults.
    public static Asgd asgd() {
        return new Asgd();
    }

    static {
        list("asgd", "gradient descent, averaged", asgd(), "Polyak & Juditsky 1992", 1e-2);
    }

    /// The sign of an average gradient, with weight decay of 0.01; the official code scales both by the root mean
    /// square
    /// of a weight: `chain(tiger, scaleByParameterRms)`.
    public static Rule tiger() {
        return chain(new Ema(0.965, Ema.Start.KEPT), new Sign(), decayWeights(0.01));
    }

    static {
        list("tiger", "sign of the average gradient", tiger(), "Su, kexue.fm/archives/9512", 1e-3);
    }

    /// Adam with β₁ = 0.995 and 0.3 of the gradient itself.
    public static QuasiHyperbolic qhAdam() {
        return new QuasiHyperbolic(adam().withBeta1(0.995));
    }

    static {
        list("qhadam", "Adam with a share of the gradient itself", qhAdam(), "Ma & Yarats, arXiv:1810.06801", 1e-3);
    }

    /// AdaBound with the official defaults; ε stands beside the root of the uncorrected moment.
    public static AdaBound adaBound() {
        return new AdaBound(adam().withPlacement(EpsPlacement.UNCORRECTED));
    }

    static {
        list("adabound", "Adam that turns into momentum", adaBound(), "Luo et al., arXiv:1902.09843", 1e-3);
    }

    /// ADOPT, the paper's second version.
    public static Adopt adopt() {
        return new Adopt();
    }

    static {
        list(
                "adopt",
                "averages gradients over the moment of those before",
                adopt(),
                "Taniguchi et al., arXiv:2411.02853",
                1e-3);
    }

    /// AdEMAMix without warm-ups, as the official code.
    public static AdEmaMix adEmaMix() {
        return new AdEmaMix(adam());
    }

    static {
        list("ademamix", "Adam with a second, slow average", adEmaMix(), "Pagliardini et al., arXiv:2409.03137", 1e-3);
    }

    /// MARS-AdamW: gradients of less variance, clipped per tensor, for Adam with weight decay of 0.01.
    public static Rule mars() {
        return chain(new Mars(), clipByNorm(1), adam().withBeta1(0.95).withBeta2(0.99), decayWeights(0.01));
    }

    static {
        list("mars", "Adam on gradients of less variance", mars(), "Yuan et al., arXiv:2411.10438", 3e-3);
    }

    /// Adam-mini with one second moment per row.
    public static AdamMini adamMini() {
        return new AdamMini();
    }

    static {
        list("adam_mini", "Adam with one second moment per row", adamMini(), "Zhang et al., arXiv:2406.16793", 1e-3);
    }

    /// MADGRAD with the official code's defaults.
    public static MadGrad madGrad() {
        return new MadGrad();
    }

    static {
        list(
                "madgrad",
                "dual averaging with a cube root, and momentum",
                madGrad(),
                "Defazio & Jelassi, arXiv:2101.11075",
                1e-2);
    }

    /// D-Adaptation for Adam with the paper's defaults.
    public static DAdaptAdam dAdaptAdam() {
        return new DAdaptAdam();
    }

    static {
        list(
                "dadapt_adam",
                "Adam that bounds the distance to the solution",
                dAdaptAdam(),
                "Defazio & Mishchenko, arXiv:2301.07733",
                1);
    }

    /// CAME: directions by a factored second moment, clipped, averaged, and divided by how far they stray.
    public static Rule came() {
        return chain(new FactoredRmsProp(), new ClipByRms(), new ScaleByConfidence());
    }

    static {
        list("came", "Adafactor guided by confidence", came(), "Luo et al., arXiv:2307.02047", 2e-4);
    }

    /// Lookahead every 5 steps, half of the way, around any rule.
    public static Lookahead lookahead(Rule fast) {
        return new Lookahead(fast);
    }

    /// Weight decay at this position of a chain.
    public static DecayWeights decayWeights(double weightDecay) {
        return new DecayWeights(weightDecay);
    }

    /// Weight decay that does not depend on the learning rate.
    public static ShrinkWeights shrinkWeights(double weightDecay) {
        return new ShrinkWeights(weightDecay);
    }

    /// Clipping of the norm over all parameters of the link.
    public static ClipByGlobalNorm clipByGlobalNorm(double maxNorm) {
        return new ClipByGlobalNorm(maxNorm);
    }

    /// Clipping of each tensor's norm.
    public static ClipByNorm clipByNorm(double maxNorm) {
        return new ClipByNorm(maxNorm);
    }

    /// Clipping of each element.
    public static ClipByValue clipByValue(double maxValue) {
        return new ClipByValue(maxValue);
    }

    /// Leaves out steps with gradients that are not finite, at most 10 in a row.
    public static SkipNonFinite skipNonFinite() {
        return new SkipNonFinite();
    }

    /// Leaves out steps whose gradients are larger than usual by this many standard deviations, at most 10 in a row.
    public static SkipUnusual skipUnusual(double z) {
        return new SkipUnusual(z);
    }

    /// One step for the mean of some gradients.
    public static Accumulate accumulate(Rule rule, int steps) {
        return new Accumulate(rule, steps);
    }

    /// An exponential moving average of the weights, for evaluation.
    public static EmaWeights emaWeights(double decay) {
        return new EmaWeights(decay);
    }

    /// Sharpness-aware minimisation around any rule.
    public static Sam sam(Rule rule) {
        return new Sam(rule);
    }

    /// One rule for the parameters that match, another for the others of a group.
    public static Partition partition(Mask mask, Rule matching, Rule others) {
        return new Partition(mask, matching, others);
    }

    /// Parts that no optimizer above is composed of, one of each kind, so that the text form knows them.
    private static final List<Rule> OTHER_PARTS = List.of(
            new Nesterov(adam()),
            new EpsInRoot(adam(), 1e-8),
            shrinkWeights(0.01),
            clipByGlobalNorm(1),
            new LimitLearningRate(),
            new RecordUpdate(),
            clipByNorm(1),
            clipByValue(1),
            new ClipAdaptively(),
            new AddNoise(),
            new Sign(),
            new Scale(1),
            new DecayToSparse(),
            new DecayCautiously(),
            new ZeroNonFinite(),
            skipNonFinite(),
            skipUnusual(4),
            new RecordNorm(),
            new ScaleLoss(),
            accumulate(adam(), 4),
            new Cautious(adam()),
            new Grams(adam()),
            emaWeights(0.999),
            new AverageWeights(),
            sam(adam()),
            partition(rankAtLeast(2), adam(), sgd()),
            new ProjectNonNegative(),
            new ProjectMaxNorm(),
            new ProjectUnitNorm(),
            new Dampen(0.5),
            new DecayOverTime(0.01),
            new DecayProximally(),
            new DelayStep());

    /// All optimizers, the well-known ones first.
    public static List<Entry> all() {
        return Collections.unmodifiableList(ALL);
    }

    /// Parts that no optimizer of the catalogue is composed of, one of each kind.
    public static List<Rule> otherParts() {
        return OTHER_PARTS;
    }

    /// An optimizer by name; capitals, `-` and `_` do not matter.
    ///
    /// @throws IllegalArgumentException if the name is unknown
    public static Entry named(String name) {
        return ALL.stream()
                .filter(entry -> Spelling.fold(entry.name).equals(Spelling.fold(name)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no optimizer \"" + name + "\": "
                        + Spelling.help(name, ALL.stream().map(Entry::name).toList())));
    }
}
