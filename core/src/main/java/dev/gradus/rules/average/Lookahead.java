package dev.gradus.rules.average;

import static dev.gradus.expr.Formulas.mod;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;

/// Lookahead: every k steps of the fast weights, slow weights move a part of the way to them, and the fast ones
/// start again from there.
///
/// Around Adam:
///
/// ```
/// ϕ₀ = θ₀
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θ̃ₜ = θₜ₋₁ − η·m̂ₜ / (√v̂ₜ + ε)
/// uₜ = ϕₜ₋₁ + α·(θ̃ₜ − ϕₜ₋₁)
/// ϕₜ = uₜ if t mod k = 0, else ϕₜ₋₁
/// θₜ = uₜ if t mod k = 0, else θ̃ₜ
/// ```
///
/// State: `slow`, of the parameter's shape, starting at θ₀, beside those of the rule within, which go on.
///
/// Reference: M. Zhang et al., "Lookahead Optimizer: k steps forward, 1 step back", NeurIPS 2019,
/// arXiv:1907.08610.
///
/// @param fast the rule of the fast weights
public record Lookahead(
        Rule fast,

        @Hyperparameter(
                range = "[1, inf)",
                what = "steps between synchronisations",
                source = "Zhang et al. 2019",
                symbol = "k")
        double syncPeriod,

        @Hyperparameter(
                range = "(0, 1]",
                what = "part of the way of the slow weights",
                source = "Zhang et al. 2019",
                symbol = "alpha")
        double slowStepSize)
        implements Wrapper {
    public Lookahead {
        Hyperparameters.check(Lookahead.class, syncPeriod, slowStepSize);
    }

    public Lookahead(Rule fast) {
        this(fast, 5, 0.5);
    }

    public Lookahead withSyncPeriod(double syncPeriod) {
        return new Lookahead(fast, syncPeriod, slowStepSize);
    }

    public Lookahead withSlowStepSize(double slowStepSize) {
        return new Lookahead(fast, syncPeriod, slowStepSize);
    }

    @Override
    public Rule rule() {
        return fast;
    }

    @Override
    public Step apply(Step s) {
        Step done = s.then(fast).descend();
        Condition sync = mod(s.t(), s.hyper("sync_period", syncPeriod)).eq(0);
        Expr alpha = s.hyper("slow_step_size", slowStepSize);
        StateRef slow = s.state("slow", s.initialTheta()).symbol("phi").weights();
        Expr before = slow.before();
        Expr synced = before.plus(alpha.times(done.theta().minus(before)));
        slow.write(old -> where(sync, synced, old));
        return done.theta(where(sync, synced, done.theta()));
    }
}
