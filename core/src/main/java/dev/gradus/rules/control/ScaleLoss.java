package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Dynamic loss scaling: divides gradients by the factor that the caller multiplied the loss with, so that they
/// neither underflow nor overflow in 16 bits. To be put first in a chain.
///
/// ```
/// scale₀ = initial_scale
/// only if |max(max_global(|gₜ|), 0)| < ∞
/// rₜ = scaleₜ₋₁·growth if good_stepsₜ₋₁ + 1 ≥ interval, else scaleₜ₋₁
/// scaleₜ = rₜ if |max(max_global(|gₜ|), 0)| < ∞, else scaleₜ₋₁·backoff
/// good_stepsₜ = good_stepsₜ₋₁ + 1 if |max(max_global(|gₜ|), 0)| < ∞ and good_stepsₜ₋₁ + 1 < interval, else 0
/// θₜ = θₜ₋₁ − η·gₜ / scaleₜ₋₁
/// ```
///
/// The factor is the state `/scaleLoss.scale`, to be read before each backward pass. A step in which a gradient is
/// not finite is skipped, no clock advances, and the factor is multiplied with `backoff`; after `interval` steps
/// in a row that were made it is multiplied with `growth`. States: `scale` and `good_steps`, numbers that all
/// parameters
/// of the link share. As torch's `GradScaler`, whose `update` comes with the step here.
///
/// Reference: P. Micikevicius et al., "Mixed Precision Training", ICLR 2018, arXiv:1710.03740.
public record ScaleLoss(
        @Hyperparameter(range = "(0, inf)", what = "factor at first", source = "torch GradScaler")
        double initialScale,

        @Hyperparameter(range = "[1, inf)", what = "factor's factor after good steps", source = "torch GradScaler")
        double growth,

        @Hyperparameter(range = "(0, 1]", what = "factor's factor after a bad step", source = "torch GradScaler")
        double backoff,

        @Hyperparameter(range = "[1, inf)", what = "good steps between growths", source = "torch GradScaler")
        double interval)
        implements Rule {
    public ScaleLoss {
        Hyperparameters.check(ScaleLoss.class, initialScale, growth, backoff, interval);
    }

    public ScaleLoss() {
        this(65536, 2, 0.5, 2000);
    }

    public ScaleLoss withInitialScale(double initialScale) {
        return new ScaleLoss(initialScale, growth, backoff, interval);
    }

    public ScaleLoss withGrowth(double growth) {
        return new ScaleLoss(initialScale, growth, backoff, interval);
    }

    public ScaleLoss withBackoff(double backoff) {
        return new ScaleLoss(initialScale, growth, backoff, interval);
    }

    public ScaleLoss withInterval(double interval) {
        return new ScaleLoss(initialScale, growth, backoff, interval);
    }

    @Override
    public Step apply(Step s) {
        Condition finite = NonFinite.noneInAll(s);
        Expr scale = s.shared("scale", s.hyper("initial_scale", initialScale)).before();
        Expr good = s.shared("good_steps", Expr.ZERO).before().plus(1);
        Condition grows = good.ge(s.hyper("interval", interval));
        Expr larger = where(grows, scale.times(s.hyper("growth", growth)), scale);
        Expr smaller = scale.times(s.hyper("backoff", backoff));
        s.shared("scale", s.hyper("initial_scale", initialScale))
                .survivesSkip()
                .write(old -> where(finite, larger, smaller));
        s.shared("good_steps", Expr.ZERO).survivesSkip().write(old -> where(finite.and(grows.not()), good, Expr.ZERO));
        return s.commitIf(finite).direction(s.direction().div(scale));
    }
}
