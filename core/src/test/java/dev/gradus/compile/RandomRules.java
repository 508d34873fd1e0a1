package dev.gradus.compile;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.rule.Chain.chain;

import dev.gradus.expr.Expr;
import dev.gradus.expr.Shape;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace;
import dev.gradus.rules.AmsGrad;
import dev.gradus.rules.Centralize;
import dev.gradus.rules.ClipByRms;
import dev.gradus.rules.Ema;
import dev.gradus.rules.FactoredRms;
import dev.gradus.rules.Momentum;
import dev.gradus.rules.Nesterov;
import dev.gradus.rules.Normalize;
import dev.gradus.rules.RecordUpdate;
import dev.gradus.rules.Rectify;
import dev.gradus.rules.RenormalizeRows;
import dev.gradus.rules.Rules;
import dev.gradus.rules.ScaleByMagnitude;
import dev.gradus.rules.ScaleByNormGrowth;
import dev.gradus.rules.ScaleByParameterRms;
import dev.gradus.rules.Softplus;
import dev.gradus.rules.TrustRatio;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/// Chains of random links.
final class RandomRules {
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

    private static final List<Supplier<Rule>> LINKS = List.of(
            Rules::adam,
            Rules::adaBelief,
            () -> new AmsGrad(Rules.adam()),
            () -> new Rectify(new Nesterov(Rules.adam())),
            () -> new Softplus(Rules.adam()),
            Ema::new,
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
            () -> new FactoredRms(0.8, 1e-8, FactoredRms.Factoring.LAST_TWO, 1, FactoredRms.Floor.ADDED),
            () -> new FactoredRms(0.8, 1e-4, FactoredRms.Factoring.TWO_LARGEST, 1, FactoredRms.Floor.CLAMPED));

    private static final List<Supplier<Rule>> LAST =
            List.of(RecordUpdate::new, RenormalizeRows::new, () -> Rules.shrinkWeights(0.05));

    static Rule next(Random random) {
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
        return random.nextInt(3) == 0 ? Rules.lookahead(rule) : rule;
    }

    private static boolean shareNames(Rule a, Rule b) {
        try {
            Trace ignored = Trace.of(chain(a, b), "w", Shape.of(2, 2));
            return false;
        } catch (IllegalArgumentException twice) {
            return true;
        }
    }
}
