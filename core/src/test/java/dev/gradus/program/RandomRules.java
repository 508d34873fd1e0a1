package dev.gradus.program;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.transform;
import static dev.gradus.rule.Chain.chain;

import dev.gradus.expr.Expr;
import dev.gradus.expr.TensorFunction;
import dev.gradus.rule.Chain;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Mask;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.rules.adaptive.AmsGrad;
import dev.gradus.rules.adaptive.Nesterov;
import dev.gradus.rules.adaptive.Rectify;
import dev.gradus.rules.adaptive.Softplus;
import dev.gradus.rules.average.AverageWeights;
import dev.gradus.rules.average.EmaWeights;
import dev.gradus.rules.average.Lookahead;
import dev.gradus.rules.average.ScheduleFree;
import dev.gradus.rules.clip.ClipAdaptively;
import dev.gradus.rules.clip.ClipByNorm;
import dev.gradus.rules.clip.ClipByRms;
import dev.gradus.rules.clip.ClipByValue;
import dev.gradus.rules.control.Accumulate;
import dev.gradus.rules.control.AddNoise;
import dev.gradus.rules.control.Cautious;
import dev.gradus.rules.control.Grams;
import dev.gradus.rules.control.Partition;
import dev.gradus.rules.control.Sam;
import dev.gradus.rules.control.Scale;
import dev.gradus.rules.control.ScaleLoss;
import dev.gradus.rules.control.SkipNonFinite;
import dev.gradus.rules.control.ZeroNonFinite;
import dev.gradus.rules.decay.DecayCautiously;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.factored.FactoredRmsProp;
import dev.gradus.rules.factored.ScaleByConfidence;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.rules.layerwise.Normalize;
import dev.gradus.rules.layerwise.ScaleByParameterRms;
import dev.gradus.rules.layerwise.TrustRatio;
import dev.gradus.rules.momentum.Ema;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.rules.momentum.Sign;
import dev.gradus.rules.project.ProjectMaxNorm;
import dev.gradus.rules.project.ProjectNonNegative;
import dev.gradus.rules.project.ProjectUnitNorm;
import dev.gradus.rules.project.RenormalizeRows;
import dev.gradus.rules.reference.RecordUpdate;
import dev.gradus.rules.reference.ScaleByMagnitude;
import dev.gradus.rules.reference.ScaleByNormGrowth;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// Chains of random links.
public final class RandomRules {
    private RandomRules() {}

    /// Its direction needs the state as it was, also where a link after it reduces.
    private record Early() implements Direction {
        @Override
        public Expr update(Step s) {
            Expr before = s.state("exp_avg").before();
            Expr ignored = s.state("exp_avg").becomes(old -> ema(Expr.constant(0.9), old, s.direction()));
            return ema(Expr.constant(0.5), before, s.direction());
        }
    }

    /// The direction with its elements in the opposite order.
    private record Reversed() implements Direction, TensorFunction {
        @Override
        public String name() {
            return "reversed";
        }

        @Override
        public Expr update(Step s) {
            return transform(this, s.direction()).plus(s.direction().times(0.5));
        }

        @Override
        public void apply(MemorySegment from, MemorySegment to, Shape shape, ElementType type) {
            int bytes = type.bytes();
            for (long i = 0; i < shape.elements(); i++) {
                MemorySegment.copy(from, i * bytes, to, (shape.elements() - 1 - i) * bytes, bytes);
            }
        }
    }

    private static final List<Supplier<Rule>> LINKS = List.of(
            Rules::adam,
            Rules::adaBelief,
            () -> new AmsGrad(Rules.adam()),
            () -> new Rectify(new Nesterov(Rules.adam())),
            () -> new Softplus(Rules.adam()),
            Ema::new,
            Reversed::new,
            Early::new,
            Momentum::new,
            () -> Rules.decayWeights(0.1),
            () -> Rules.clipByGlobalNorm(0.5),
            TrustRatio::new,
            Normalize::new,
            Centralize::new,
            ScaleByNormGrowth::new,
            ScaleByMagnitude::new,
            ScaleByParameterRms::new,
            ClipByRms::new,
            FactoredRmsProp::new,
            ScaleByConfidence::new,
            () -> new FactoredRms(0.8, 1e-8, FactoredRms.Factoring.LAST_TWO, 1, FactoredRms.Floor.ADDED),
            () -> new FactoredRms(0.8, 1e-4, FactoredRms.Factoring.TWO_LARGEST, 1, FactoredRms.Floor.CLAMPED));

    private static final List<Supplier<Rule>> LAST =
            List.of(RecordUpdate::new, RenormalizeRows::new, () -> Rules.shrinkWeights(0.05));

    private static final List<Supplier<Rule>> FIRST = List.of(
            SkipNonFinite::new,
            () -> new SkipNonFinite(SkipNonFinite.Scope.TENSOR, 10),
            ScaleLoss::new,
            ZeroNonFinite::new);

    private static final List<Supplier<Rule>> BEFORE = List.of(
            () -> Rules.clipByGlobalNorm(0.5),
            () -> new ClipByNorm(0.5),
            () -> new ClipByValue(0.5),
            ClipAdaptively::new,
            AddNoise::new,
            Sign::new,
            () -> new Scale(0.5));

    private static final List<Supplier<Rule>> AFTER = List.of(
            EmaWeights::new,
            () -> new AverageWeights(2, 2),
            ProjectNonNegative::new,
            ProjectMaxNorm::new,
            ProjectUnitNorm::new,
            RecordUpdate::new);

    private static final List<UnaryOperator<Rule>> AROUND = List.of(
            rule -> new Accumulate(rule, 3),
            rule -> new Lookahead(rule, 2, 0.5),
            ScheduleFree::new,
            Sam::new,
            rule -> new Partition(Mask.rank(2), rule, Rules.adam()),
            rule -> chain(new SkipNonFinite(), rule),
            rule -> rule.onlyFor(Mask.rankAtLeast(2)),
            rule -> chain(rule, new EmaWeights(0.5)));

    /// A rule within two or three wrappers, with links before and after it; NaN in gradients reaches none of its
    /// states.
    public static Rule wrapped(Random random) {
        while (true) {
            List<Rule> links = new ArrayList<>();
            if (random.nextInt(3) == 0) {
                links.add(any(BEFORE, random));
            }
            Rule inner = any(LINKS, random);
            links.add(random.nextInt(4) == 0 ? masked(inner, random) : inner);
            if (random.nextBoolean()) {
                links.add(new DecayCautiously(0.1));
            }
            if (random.nextBoolean()) {
                links.add(any(AFTER, random));
            }
            Rule rule = new Chain(links);
            int wrappers = 2 + random.nextInt(2);
            for (int i = 0; i < wrappers; i++) {
                rule = AROUND.get(random.nextInt(AROUND.size())).apply(rule);
            }
            Rule whole = chain(any(FIRST, random), rule);
            if (isValid(whole)) {
                return whole;
            }
        }
    }

    private static Rule masked(Rule rule, Random random) {
        return random.nextBoolean() ? new Cautious(rule) : new Grams(rule);
    }

    private static Rule any(List<Supplier<Rule>> rules, Random random) {
        return rules.get(random.nextInt(rules.size())).get();
    }

    /// Whether no two links have one name, none changes a direction that has been applied, and none combines all
    /// parameters after a transform.
    private static boolean isValid(Rule rule) {
        try {
            Program ignored = Program.of(Trace.of(rule, "w", Shape.of(2, 2)), false);
            return true;
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }

    public static Rule next(Random random) {
        List<Rule> links = new ArrayList<>();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Rule link = LINKS.get(random.nextInt(LINKS.size())).get();
            // A wrapper's own states and those of the rule within it cannot be told from another such link's.
            if (links.stream().noneMatch(other -> shareNames(other, link))) {
                links.add(link);
            }
        }
        if (random.nextBoolean()) {
            links.add(LAST.get(random.nextInt(LAST.size())).get());
        }
        Rule rule = chain(links.toArray(Rule[]::new));
        if (!isValid(rule)) {
            return next(random);
        }
        return random.nextInt(3) == 0 ? Rules.lookahead(rule) : rule;
    }

    private static boolean shareNames(Rule a, Rule b) {
        return !isValid(chain(a, b));
    }
}
