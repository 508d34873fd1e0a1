package dev.gradus.rules.average;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.min;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Keeps an exponential moving average of the weights, to be evaluated in their place: `optimizer.evaluate()` lets
/// both change places, `optimizer.train()` changes them back.
///
/// ```
/// average₀ = θ₀
/// θₜ = θₜ₋₁ − η·gₜ
/// averageₜ = decay·averageₜ₋₁ + (1 − decay)·θₜ
/// at evaluate:
/// average₀ = θ₀
/// averageₜ = θₜ₋₁
/// θₜ = averageₜ₋₁
/// at train:
/// average₀ = θ₀
/// averageₜ = θₜ₋₁
/// θₜ = averageₜ₋₁
/// ```
/// State: `average`, of the parameter's shape, starting at θ₀. A link of its own anywhere in a chain; the weights are
/// those after all links. 16-bit parameters without a float32 copy give the average back rounded.
///
/// Reference: B. T. Polyak, A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992, for
/// averaging; the exponential form is common practice.
public record EmaWeights(
        @Hyperparameter(range = "[0, 1]", what = "decay rate of the average", source = "common practice")
        double decay,

        Start start)
        implements Averaging {
    /// How the average starts.
    public enum Start {
        /// With the decay rate it has throughout, so that θ₀ has the weight βᵗ.
        CONSTANT,
        /// With a lower decay rate, `min(β, (1 + t) / (10 + t))` at the parameter's t-th step, so that the average
        /// forgets θ₀ at once: as TensorFlow's `ExponentialMovingAverage` with `num_updates`, and diffusers'.
        WARMUP
    }

    public EmaWeights {
        Hyperparameters.check(EmaWeights.class, decay);
    }

    public EmaWeights() {
        this(0.999);
    }

    public EmaWeights(double decay) {
        this(decay, Start.CONSTANT);
    }

    public EmaWeights withDecay(double decay) {
        return new EmaWeights(decay, start);
    }

    public EmaWeights withStart(Start start) {
        return new EmaWeights(decay, start);
    }

    @Override
    public StateRef average(Step s) {
        return s.state("average", s.initialTheta()).weights();
    }

    @Override
    public Step apply(Step s) {
        Expr decay = s.hyper("decay", this.decay);
        Expr rate = start == Start.CONSTANT
                ? decay
                : min(decay, s.t().plus(1).div(s.t().plus(10))).named("beta");
        Expr ignored = average(s).becomesAfterStep((done, old) -> ema(rate, old, done.theta()));
        return s;
    }
}
