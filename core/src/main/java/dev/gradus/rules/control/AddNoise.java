package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;

/// Adds Gaussian noise that becomes smaller with time: `u + √(η / tᵞ) ξ` with ξ from the standard normal
/// distribution.
///
/// ```
/// θₜ = θₜ₋₁ − η·(gₜ + √(η_addNoise / t^γ)·xiₜ)
/// ```
///
/// The noise depends on the names of the parameter and of this link and on the step alone: give the link another
/// name to draw other numbers. The paper counts steps from 0 and divides by (1 + t)ᵞ, which is the same.
///
/// Reference: A. Neelakantan et al., "Adding Gradient Noise Improves Learning for Very Deep Networks", 2015,
/// arXiv:1511.06807.
public record AddNoise(
        @Hyperparameter(range = "[0, inf)", what = "variance at the first step", source = "Neelakantan et al. 2015")
        double eta,

        @Hyperparameter(range = "[0, inf)", what = "how fast the variance falls", source = "Neelakantan et al. 2015")
        double gamma)
        implements Direction {
    public AddNoise {
        Hyperparameters.check(AddNoise.class, eta, gamma);
    }

    public AddNoise() {
        this(0.3, 0.55);
    }

    public AddNoise withEta(double eta) {
        return new AddNoise(eta, gamma);
    }

    public AddNoise withGamma(double gamma) {
        return new AddNoise(eta, gamma);
    }

    @Override
    public Expr update(Step s) {
        Expr deviation = sqrt(s.hyper("eta", eta).div(pow(s.t(), s.hyper("gamma", gamma))));
        return s.direction().plus(deviation.times(s.noise()));
    }
}
