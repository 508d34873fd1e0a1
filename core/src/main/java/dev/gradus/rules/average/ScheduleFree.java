package dev.gradus.rules.average;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.weightedMean;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;
import java.util.HashSet;
import java.util.Set;

/// Schedule-free learning: a rule without momentum of its own moves z, the weights to be evaluated are the
/// average x of all z, and gradients are taken at y between both, which the parameters hold while training.
///
/// Around RMSprop with a corrected average and weight decay:
///
/// ```
/// v₀ = initial_scale
/// z₀ = θ₀
/// vₜ = α·vₜ₋₁ + (1 − α)·gₜ²
/// max_lrₜ = max(max_lrₜ₋₁, η)
/// wₜ = max_lrₜ^power
/// weight_sumₜ = weight_sumₜ₋₁ + wₜ
/// v̂ₜ = vₜ / (1 − αᵗ)
/// zₜ = zₜ₋₁ − η·(gₜ / (√v̂ₜ + ε) + λ·θₜ₋₁)
/// cₜ = 0 if weight_sumₜ = 0, else wₜ / weight_sumₜ
/// θₜ = β·((1 − cₜ)·(θₜ₋₁ − (1 − β)·zₜ₋₁) / β + cₜ·zₜ) + (1 − β)·zₜ
/// at evaluate:
/// z = θ₀
/// θₜ = (θₜ₋₁ − (1 − β)·z) / β
/// at train:
/// z = θ₀
/// θₜ = β·θₜ₋₁ + (1 − β)·z
/// ```
///
/// That is, with the paper's names:
///
/// ```
/// z_t = z_{t−1} − (what the rule subtracts at y_{t−1})
/// c_t = w_t / (w_1 + … + w_t),   w_t = (largest η so far)^power
/// x_t = (1 − c_t) x_{t−1} + c_t z_t
/// y_t = β x_t + (1 − β) z_t
/// ```
/// States: `z`, of the parameter's shape, starting at θ₀, and the numbers `weight_sum` and `max_lr` of each
/// group; x is not stored but computed from y and z. `optimizer.evaluate()` puts x
/// into the parameters, `optimizer.train()` y, each to rounding. As optax's `schedule_free` with the learning
/// rate of the step itself; optax weights with that of the step after. The authors' code multiplies the
/// weight with t^r and has r = 0 by default. Weight decay of the rule is taken at y, as there.
///
/// Reference: A. Defazio et al., "The Road Less Scheduled", NeurIPS 2024, arXiv:2405.15682.
///
/// @param rule without momentum, such as [RmsProp] with a corrected average, which makes schedule-free AdamW
public record ScheduleFree(
        Rule rule,

        @Hyperparameter(range = "(0, 1]", what = "share of the average in y", source = "Defazio et al. 2024")
        double beta,

        @Hyperparameter(range = "[0, inf)", what = "power of the learning rate", source = "Defazio et al. 2024")
        double power)
        implements Wrapper {
    public ScheduleFree {
        Hyperparameters.check(ScheduleFree.class, beta, power);
    }

    public ScheduleFree(Rule rule) {
        this(rule, 0.9, 2);
    }

    public ScheduleFree withBeta(double beta) {
        return new ScheduleFree(rule, beta, power);
    }

    public ScheduleFree withPower(double power) {
        return new ScheduleFree(rule, beta, power);
    }

    private StateRef z(Step s) {
        return s.state("z", s.initialTheta()).weights();
    }

    @Override
    public Step apply(Step s) {
        Expr beta = s.hyper("beta", this.beta);
        Step inner = s.startingAt(s.theta()).then(rule).descend();
        Expr largest = s.perGroup("max_lr", Expr.ZERO).becomes(old -> max(old, s.learningRate()));
        Expr weight = pow(largest, s.hyper("power", power)).named("w");
        Expr sum = s.perGroup("weight_sum", Expr.ZERO).becomes(old -> old.plus(weight));
        Expr c = where(sum.eq(0), Expr.ZERO, weight.div(sum)).named("c");

        Expr zBefore = z(s).before();
        Expr x = averageOf(s.theta(), zBefore, beta);
        Expr z = z(s).becomes(old -> old.minus(inner.subtracted()));
        Expr average = weightedMean(c, x, z);
        return inner.theta(ema(beta, average, z));
    }

    @Override
    public Set<String> events() {
        Set<String> events = new HashSet<>(rule.events());
        events.add(EVALUATE);
        events.add(TRAIN);
        return Set.copyOf(events);
    }

    @Override
    public Step on(String event, Step s) {
        Expr beta = s.hyper("beta", this.beta);
        Expr z = z(s).before();
        return switch (event) {
            case EVALUATE -> {
                Step inner = s.then(event, rule);
                yield inner.theta(averageOf(inner.theta(), z, beta));
            }
            case TRAIN -> s.theta(ema(beta, s.theta(), z)).then(event, rule);
            default -> s.then(event, rule);
        };
    }

    /// The average x, from y and z.
    private static Expr averageOf(Expr y, Expr z, Expr beta) {
        return y.minus(Expr.ONE.minus(beta).times(z)).div(beta);
    }
}
