package dev.gradus.testkit;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.Adagrad;
import dev.gradus.rules.adaptive.Adamax;
import dev.gradus.rules.adaptive.Adan;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.EpsInRoot;
import dev.gradus.rules.adaptive.EpsPlacement;
import dev.gradus.rules.adaptive.Nesterov;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.RmsProp;
import dev.gradus.rules.adaptive.RootEps;
import dev.gradus.rules.adaptive.ScheduledNesterov;
import dev.gradus.rules.adaptive.Softplus;
import dev.gradus.rules.average.Asgd;
import dev.gradus.rules.average.AverageWeights;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.clip.Norm;
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
import dev.gradus.rules.decay.DecayToSparse;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.layerwise.NovoGrad;
import dev.gradus.rules.momentum.Dampen;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Sign;
import dev.gradus.rules.project.ProjectMaxNorm;
import dev.gradus.rules.project.ProjectNonNegative;
import dev.gradus.rules.project.ProjectUnitNorm;
import dev.gradus.rules.reference.DelayStep;
import dev.gradus.rules.reference.RecordUpdate;
import dev.gradus.rules.reference.ScaleByMagnitude;
import dev.gradus.rules.reference.SuAdam;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class RuleContractTest {
    @TestFactory
    Stream<DynamicContainer> everyOptimizerOfTheCatalogueKeepsTheContract() {
        return Rules.all().stream().map(entry -> container(entry.name(), entry.rule(), entry.learningRate()));
    }

    @TestFactory
    Stream<DynamicContainer> everyLinkAndWrapperKeepsTheContract() {
        Map<String, Rule> rules = new LinkedHashMap<>();
        rules.put("plain descent", (Direction) s -> s.direction());
        rules.put("l2", chain(Rules.decayWeights(0.1), Rules.adam()));
        rules.put("shrink", chain(Rules.adam(), Rules.shrinkWeights(0.01)));
        rules.put("clip", chain(Rules.clipByGlobalNorm(1), Rules.adaBelief(), Rules.decayWeights(0.01)));
        rules.put("amsgrad corrected", new AmsGrad(Rules.adam(), AmsGrad.Maximum.CORRECTED));
        rules.put("uncorrected", Rules.adam().withPlacement(EpsPlacement.UNCORRECTED));
        rules.put("nesterov of adabelief", new Nesterov(Rules.adaBelief()));
        rules.put(
                "rectified belief",
                new Rectify(new EpsInRoot(new AmsGrad(Rules.adaBelief().withEpsRoot(0)), 1e-8)));
        rules.put("skipping radam", Rules.radam().whereAtLeast(5).withDegenerate(Rectify.Degenerate.SKIP));
        rules.put("torch's softplus", new Softplus(Rules.adam(), 50, 20));
        rules.put("elementwise magnitude", chain(new SuAdam(), new ScaleByMagnitude(ScaleByMagnitude.Of.ELEMENT, 1)));
        rules.put("recorded", chain(Rules.adamW(), new RecordUpdate()));
        rules.put("lookahead of lamb", Rules.lookahead(Rules.lamb()));
        rules.put(
                "factored over the last two axes",
                chain(
                        new FactoredRms(0.8, 1e-7, FactoredRms.Factoring.LAST_TWO, 1, FactoredRms.Floor.CLAMPED),
                        new LimitLearningRate()));
        rules.put(
                "factored over the two largest axes",
                new FactoredRms(0.8, 1e-30, FactoredRms.Factoring.TWO_LARGEST, 2, FactoredRms.Floor.ADDED));
        rules.put(
                "clip by the largest magnitude", chain(Rules.clipByGlobalNorm(1).withNorm(Norm.MAX), Rules.adam()));
        rules.put(
                "clip each by its largest magnitude",
                chain(Rules.clipByNorm(0.5).withNorm(Norm.MAX), Rules.adam()));
        rules.put(
                "norms recorded",
                chain(
                        new RecordNorm(),
                        Rules.clipByGlobalNorm(Double.POSITIVE_INFINITY),
                        new RecordNorm(RecordNorm.Scope.TENSOR, Norm.MAX).named("each"),
                        Rules.adam()));
        rules.put("clip by norm", chain(Rules.clipByNorm(0.5), Rules.adam()));
        rules.put("clip by value", chain(Rules.clipByValue(0.5), Rules.adam()));
        rules.put("clip adaptively", chain(new ClipAdaptively(), Rules.sgd()));
        rules.put("noise", chain(new AddNoise(), Rules.adam()));
        rules.put("sign", chain(new Ema(), new Sign(), new Scale(0.5)));
        rules.put("l1", chain(Rules.adam(), new DecayToSparse(0.1)));
        rules.put("cautious decay", chain(Rules.adam(), new DecayCautiously(0.1)));
        rules.put("cautious", new Cautious(Rules.adamW()));
        rules.put("grams", new Grams(Rules.adamW()));
        rules.put("skip", chain(new SkipNonFinite(), Rules.adam()));
        rules.put("skip a tensor", chain(new SkipNonFinite(SkipNonFinite.Scope.TENSOR, 3), Rules.adam()));
        rules.put("skip what is unusual", chain(new SkipUnusual(1, 2, 0.9, 2), Rules.adam()));
        rules.put("scale loss", chain(new ScaleLoss(65536, 2, 0.5, 3), Rules.adam()));
        rules.put("accumulate", new Accumulate(chain(Rules.clipByGlobalNorm(1), Rules.adamW()), 3));
        rules.put("ema of weights", chain(Rules.adam(), new EmaWeights()));
        rules.put(
                "ema of weights with a warm-up",
                chain(Rules.adam(), new EmaWeights(0.9).withStart(EmaWeights.Start.WARMUP)));
        rules.put("average of weights", chain(Rules.adam(), new AverageWeights()));
        rules.put("schedule-free sgd", new ScheduleFree(new Descend()));
        rules.put("sam", new Sam(Rules.adamW()));
        rules.put("asam", new Sam(Rules.sgd(), 0.5, Sam.Neighbourhood.ADAPTIVE));
        rules.put("partition", new Partition(Mask.rankAtLeast(2), Rules.lamb(), Rules.sgd()));
        rules.put("non-negative", chain(Rules.adam(), new ProjectNonNegative()));
        rules.put("max norm", chain(Rules.adam(), new ProjectMaxNorm(1)));
        rules.put("unit norm", chain(Rules.adam(), new ProjectUnitNorm()));
        rules.put("l2 and nesterov", chain(Rules.decayWeights(0.1), new Momentum(0.9, Momentum.Form.NESTEROV)));
        rules.put("dampened", chain(new Dampen(0.5), new Momentum()));
        rules.put("ascent", chain(new Scale(-1), Rules.adamW()));
        rules.put(
                "centred rmsprop with momentum of steps",
                chain(
                        new RmsProp(0.9, 1e-3).withPlacement(RootEps.INSIDE).withAbout(RmsProp.About.MEAN),
                        new ScaleByLearningRate(),
                        new Momentum(0.9, Momentum.Form.NESTEROV)));
        rules.put("corrected rmsprop", new RmsProp().withStart(Ema.Start.CORRECTED));
        rules.put("rmsprop from one", new RmsProp().withInitialScale(1));
        rules.put("novograd with two eps", chain(new NovoGrad(0.25, 1e-6, 1e-2), new Momentum()));
        rules.put("keras's adamax", new Adamax().withPlacement(Adamax.Placement.OUTSIDE));
        rules.put("slowing adagrad", chain(new Adagrad(0.1, 1e-7, RootEps.INSIDE), new DecayOverTime(0.05)));
        rules.put("optax's rprop", chain(Rules.rprop(), new DelayStep()));
        rules.put("averaged from the fifth step", chain(Rules.decayWeights(0.1), new Asgd(0.01, 0.75, 3)));
        rules.put(
                "optax's adan",
                new EpsInRoot(
                        new Adan(0.98, 0.92, 0.99, 1e-8, Adan.Weight.ONE_MINUS_BETA2),
                        1e-8,
                        EpsInRoot.Moment.CORRECTED));
        rules.put("rectified yogi", new Rectify(new AmsGrad(Rules.yogi())));
        rules.put("scheduled nesterov of adabelief", new ScheduledNesterov(Rules.adaBelief()));
        rules.put("cautious lars", new Cautious(Rules.lars()));
        rules.put("grams of rprop", new Grams(Rules.rprop()));
        rules.put("lookahead of fromage", Rules.lookahead(Rules.fromage()));
        rules.put(
                "all of it",
                chain(
                        new SkipNonFinite(),
                        new Accumulate(chain(Rules.clipByGlobalNorm(1), Rules.lookahead(Rules.radam())), 2),
                        new EmaWeights()));
        return rules.entrySet().stream().map(e -> container(e.getKey(), e.getValue(), 0.01));
    }

    @TestFactory
    Stream<DynamicTest> aLinkThatHidesNaNKeepsTheRestOfTheContract() {
        Rule rule = chain(new ZeroNonFinite(), Rules.adam());
        return RuleContract.checks(rule).stream()
                .filter(check -> !check.name().contains("NaN"))
                .map(check -> dynamicTest(check.name(), check::run));
    }

    private static DynamicContainer container(String name, Rule rule, double learningRate) {
        return dynamicContainer(
                name,
                RuleContract.checks(rule, learningRate).stream().map(check -> dynamicTest(check.name(), check::run)));
    }

    @Test
    void aRuleThatDividesByZeroBreaksIt() {
        Direction bad = s -> s.direction().div(s.theta());
        assertThatThrownBy(() -> RuleContract.verify(bad)).hasMessageContaining("begin with zeros");
    }

    @Test
    void aRuleThatHidesNaNBreaksIt() {
        Direction bad = s -> dev.gradus.expr.Formulas.where(s.direction().gt(0), Expr.ONE, Expr.ZERO);
        assertThatThrownBy(() -> RuleContract.verify(bad)).hasMessageContaining("NaN");
    }

    @Test
    void aHyperparameterWithoutEffectBreaksIt() {
        Direction bad = s -> s.direction().plus(s.hyper("unused", 1).times(0));
        assertThatThrownBy(() -> RuleContract.verify(bad)).hasMessageContaining("unused has no effect");
    }

    /// Declares a decay, and reads it if told to.
    record Declaring(
            @Hyperparameter(range = "[0, 1)", what = "decay of the average", source = "none")
            double beta,

            boolean readsIt,
            Mask readsItFor)
            implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction().times(readsIt && s.matches(readsItFor) ? s.hyper("beta", beta) : Expr.ONE);
        }
    }

    /// Declares two hyperparameters and takes one for a constant.
    record Forgetful(
            @Hyperparameter(range = "[0, 1)", what = "decay of the average", source = "none")
            double beta,

            @Hyperparameter(range = "[0, inf)", what = "factor", source = "none")
            double factor)
            implements Direction {
        @Override
        public Expr update(Step s) {
            return s.direction().times(s.hyper("factor", factor)).times(beta);
        }
    }

    @Test
    void aDeclaredHyperparameterThatNothingReadsBreaksIt() {
        assertThatThrownBy(() -> RuleContract.verify(chain(new Forgetful(0.9, 2).named("mine"), Rules.adam())))
                .hasMessageContaining("mine.beta is declared by Forgetful[beta=0.9, factor=2.0], but neither its step,")
                .hasMessageContaining("reads it with hyper(...)");
    }

    @Test
    void aHyperparameterMayBeReadByAVariantOrForSomeParametersOnly() {
        RuleContract.verify(new Declaring(0.9, true, Mask.rank(1)));
        RuleContract.verify(new Declaring(0.9, true, Mask.named("*.weight")));
        RuleContract.verify(new Declaring(0.9, false, Mask.rank(1)));
    }
}
