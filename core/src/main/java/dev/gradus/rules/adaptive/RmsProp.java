package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.unbias;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import dev.gradus.rules.momentum.Ema;

/// RMSprop: divides by the root of the average squared gradient.
///
/// ```
/// v₀ = initial_scale
/// vₜ = α·vₜ₋₁ + (1 − α)·gₜ²
/// θₜ = θₜ₋₁ − η·gₜ / (√vₜ + ε)
/// ```
/// States: `square_avg`, of the parameter's shape, which starts at the initial scale, 0 by default as in torch and
/// optax, and for [About#MEAN] `grad_avg`, likewise, which starts at 0. ε stands outside
/// of the root as in torch; optax has α = 0.9 and ε within the root. A [Momentum] behind it is torch's; optax's
/// is behind a [ScaleByLearningRate].
///
/// Reference: T. Tieleman, G. Hinton, "Lecture 6.5: RMSProp", Coursera 2012; centred: A. Graves, "Generating
/// Sequences With Recurrent Neural Networks", 2013, arXiv:1308.0850.
public record RmsProp(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the averages", source = "torch 2.13")
        double alpha,

        @Hyperparameter(range = "[0, inf)", what = "added to the root", source = "torch 2.13")
        double eps,

        RootEps placement,
        About about,
        Ema.Start start,

        @Hyperparameter(range = "[0, inf)", what = "where the average square starts", source = "optax 0.2.8")
        double initialScale)
        implements Direction {
    /// What the gradient's squared distance is averaged from.
    public enum About {
        /// 0: the mean square.
        ZERO,
        /// The average gradient m: `v − m²`, an estimate of the variance; torch's and optax's `centered`. It is
        /// at least 0 here, where rounding makes it negative and the root of theirs NaN. With
        /// [Ema.Start#CORRECTED] it is 0 at the first step, which is g / ε then.
        MEAN
    }

    public RmsProp {
        Hyperparameters.check(RmsProp.class, alpha, eps, initialScale);
    }

    public RmsProp() {
        this(0.99, 1e-8);
    }

    public RmsProp(double alpha, double eps) {
        this(alpha, eps, RootEps.OUTSIDE, About.ZERO, Ema.Start.KEPT, 0);
    }

    public RmsProp withAlpha(double alpha) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    public RmsProp withEps(double eps) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    public RmsProp withPlacement(RootEps placement) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    public RmsProp withAbout(About about) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    public RmsProp withStart(Ema.Start start) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    public RmsProp withInitialScale(double initialScale) {
        return new RmsProp(alpha, eps, placement, about, start, initialScale);
    }

    @Override
    public String name() {
        return "rmsprop";
    }

    @Override
    public Expr update(Step s) {
        Expr alpha = s.hyper("alpha", this.alpha);
        Expr g = s.direction();
        Expr squares = s.state("square_avg", s.hyper("initial_scale", initialScale))
                .symbol("v")
                .nonNegative()
                .becomes(old -> ema(alpha, old, square(g)));
        Expr v = started(squares, alpha, s);
        return g.div(placement.root(about == About.ZERO ? v : variance(v, alpha, s), s.hyper("eps", eps)));
    }

    private Expr variance(Expr v, Expr alpha, Step s) {
        Expr m = started(s.state("grad_avg").symbol("m").becomes(old -> ema(alpha, old, s.direction())), alpha, s);
        return max(v.minus(square(m)), Expr.ZERO);
    }

    private Expr started(Expr average, Expr alpha, Step s) {
        return start == Ema.Start.CORRECTED ? unbias(average, alpha, s.t()) : average;
    }
}
