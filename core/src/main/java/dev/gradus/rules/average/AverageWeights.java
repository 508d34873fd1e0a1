package dev.gradus.rules.average;

import static dev.gradus.expr.Formulas.mod;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Stochastic weight averaging: keeps the mean of the weights at every `period`-th step from step `start` on, to be
/// evaluated in their place: `optimizer.evaluate()` lets both change places, `optimizer.train()` changes them back.
///
/// ```
/// average₀ = θ₀
/// averagedₜ = averagedₜ₋₁ + 1 if t − start ≥ 0 and (t − start) mod period = 0, else averagedₜ₋₁
/// θₜ = θₜ₋₁ − η·gₜ
/// averageₜ = θₜ if t < start, else averageₜ₋₁ + (θₜ − averageₜ₋₁) / (averagedₜ₋₁ + 1) if t − start ≥ 0 and (t −
///     start) mod period = 0, else averageₜ₋₁
/// at evaluate:
/// average₀ = θ₀
/// averageₜ = θₜ₋₁
/// θₜ = averageₜ₋₁
/// at train:
/// average₀ = θ₀
/// averageₜ = θₜ₋₁
/// θₜ = averageₜ₋₁
/// ```
///
/// States: `average`, of the parameter's shape, which is the weights themselves until the first of those steps, and
/// `averaged`, how many weights it is the mean of. A link of its own anywhere in a chain; the weights are those after
/// all links. Statistics of batch normalisations are not parameters: they have to be collected anew for the average.
///
/// Reference: P. Izmailov et al., "Averaging Weights Leads to Wider Optima and Better Generalization", UAI 2018,
/// arXiv:1803.05407.
public record AverageWeights(
        @Hyperparameter(range = "[1, inf)", what = "first step that is averaged", source = "the user's choice")
        double start,

        @Hyperparameter(range = "[1, inf)", what = "steps from one average to the next", source = "the user's choice")
        double period)
        implements Averaging {
    public AverageWeights {
        Hyperparameters.check(AverageWeights.class, start, period);
    }

    public AverageWeights() {
        this(1, 1);
    }

    public AverageWeights withStart(double start) {
        return new AverageWeights(start, period);
    }

    public AverageWeights withPeriod(double period) {
        return new AverageWeights(start, period);
    }

    @Override
    public StateRef average(Step s) {
        return s.state("average", s.initialTheta()).weights();
    }

    @Override
    public Step apply(Step s) {
        Expr start = s.hyper("start", this.start);
        Expr since = s.t().minus(start);
        Condition counts = since.ge(0).and(mod(since, s.hyper("period", period)).eq(0));
        Expr n = s.scalar("averaged", Expr.ZERO).before();
        s.scalar("averaged", Expr.ZERO).write(old -> where(counts, old.plus(1), old));
        Condition before = s.t().lt(start);
        Expr ignored = average(s)
                .becomesAfterStep((done, old) -> where(
                        before,
                        done.theta(),
                        where(counts, old.plus(done.theta().minus(old).div(n.plus(1))), old)));
        return s;
    }
}
