package dev.gradus.rules.clip;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.rms;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor down to a root mean square, where it is larger; part of Adafactor.
///
/// ```
/// θₜ = θₜ₋₁ − η·gₜ / max(RMS(gₜ) / threshold, 1)
/// ```
///
/// Reference: N. Shazeer, M. Stern, "Adafactor", ICML 2018, arXiv:1804.04235, section 6.
public record ClipByRms(
        @Hyperparameter(range = "(0, inf)", what = "largest root mean square", source = "Shazeer & Stern 2018")
        double threshold)
        implements Direction {
    public ClipByRms {
        Hyperparameters.check(ClipByRms.class, threshold);
    }

    public ClipByRms() {
        this(1);
    }

    public ClipByRms withThreshold(double threshold) {
        return new ClipByRms(threshold);
    }

    @Override
    public Expr update(Step s) {
        Expr excess = rms(s.direction()).div(s.hyper("threshold", threshold));
        return s.direction().div(max(excess, Expr.ONE));
    }
}
