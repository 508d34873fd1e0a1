package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.rms;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Scales the direction of each tensor with the tensor's root mean square, so that the learning rate is
/// relative; part of Adafactor.
///
/// ```
/// θₜ = θₜ₋₁ − η·max(RMS(θₜ₋₁), min_scale)·gₜ
/// ```
///
/// Reference: N. Shazeer, M. Stern, "Adafactor", ICML 2018, arXiv:1804.04235, section 8.
public record ScaleByParameterRms(
        @Hyperparameter(range = "(0, inf)", what = "least scale", source = "Shazeer & Stern 2018")
        double minScale) implements Direction {
    public ScaleByParameterRms {
        Hyperparameters.check(ScaleByParameterRms.class, minScale);
    }

    public ScaleByParameterRms() {
        this(1e-3);
    }

    public ScaleByParameterRms withMinScale(double minScale) {
        return new ScaleByParameterRms(minScale);
    }

    @Override
    public Expr update(Step s) {
        return s.direction().times(max(rms(s.theta()), s.hyper("min_scale", minScale)));
    }
}
