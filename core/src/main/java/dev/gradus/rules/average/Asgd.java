package dev.gradus.rules.average;

import static dev.gradus.expr.Formulas.decayed;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.weightedMean;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Averaged gradient descent: a learning rate that falls, a little weight decay, and the average of the weights
/// after step t₀, which is what is evaluated.
///
/// ```
/// μ₀ = 1
/// x₀ = θ₀
/// η_asgd₀ = η
/// η_asgdₜ = η / (1 + λ·η·t)^α
/// μₜ = 1 / max(1, t − t₀)
/// θₜ = θₜ₋₁ − η_asgdₜ₋₁·(gₜ + λ·θₜ₋₁)
/// xₜ = (1 − μₜ₋₁)·xₜ₋₁ + μₜ₋₁·θₜ
/// at evaluate:
/// x₀ = θ₀
/// xₜ = θₜ₋₁
/// θₜ = xₜ₋₁
/// at train:
/// x₀ = θ₀
/// xₜ = θₜ₋₁
/// θₜ = xₜ₋₁
/// ```
/// States: `ax` (x), of the parameter's shape, starting at θ₀, and two numbers per parameter, `eta` and `mu`.
/// `optimizer.evaluate()` lets x and θ change places. As in torch, where x starts at 0, which differs only
/// before the first step, and has to be fetched by hand.
///
/// Reference: B. T. Polyak, A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging", SIAM J.
/// Control and Optimization 30, 1992.
public record Asgd(
        @Hyperparameter(range = "(0, inf)", what = "weight decay, and how fast the rate falls", source = "torch 2.13")
        double lambda,

        @Hyperparameter(range = "[0, inf)", what = "power by which the rate falls", source = "torch 2.13")
        double alpha,

        @Hyperparameter(range = "[0, inf)", what = "step after which weights are averaged", source = "torch 2.13")
        double t0)
        implements Averaging {
    public Asgd {
        Hyperparameters.check(Asgd.class, lambda, alpha, t0);
    }

    public Asgd() {
        this(1e-4, 0.75, 1e6);
    }

    public Asgd withLambda(double lambda) {
        return new Asgd(lambda, alpha, t0);
    }

    public Asgd withAlpha(double alpha) {
        return new Asgd(lambda, alpha, t0);
    }

    public Asgd withT0(double t0) {
        return new Asgd(lambda, alpha, t0);
    }

    @Override
    public StateRef average(Step s) {
        return s.state("ax", s.initialTheta()).symbol("x").weights();
    }

    @Override
    public Step apply(Step s) {
        Expr lambda = s.hyper("lambda", this.lambda);
        Expr base = s.learningRate();
        StateRef rate = s.scalar("eta", base);
        StateRef weight = s.scalar("mu", Expr.ONE);
        Expr eta = rate.before();
        Expr mu = weight.before();
        Expr fallen = pow(Expr.ONE.plus(lambda.times(base).times(s.t())), s.hyper("alpha", alpha));
        rate.write(old -> base.div(fallen));
        weight.write(old -> Expr.ONE.div(max(Expr.ONE, s.t().minus(s.hyper("t0", t0)))));

        Expr ignored = average(s).becomesAfterStep((done, old) -> weightedMean(mu, old, done.theta()));
        return s.scaledDirection(eta.times(decayed(s.direction(), lambda, s.theta())));
    }
}
