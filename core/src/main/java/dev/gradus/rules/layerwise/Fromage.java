package dev.gradus.rules.layerwise;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.norm;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;

/// Fromage: each tensor moves by the share η of its own length, and is pulled back onto the length that it had.
///
/// ```
/// θₜ = (θₜ₋₁ − η·(max(‖θₜ₋₁‖₂, min_norm) / max(‖gₜ‖₂, min_norm))·gₜ) / √(1 + η²)
/// ```
/// No states. Both norms are taken to be at least `minNorm` as in optax; the authors' code divides by √(1 + η²)
/// only, and leaves the step unscaled, where a norm is 0.
///
/// Reference: J. Bernstein et al., "On the Distance Between Two Neural Networks and the Stability of Learning",
/// NeurIPS 2020, arXiv:2002.03432.
public record Fromage(
        @Hyperparameter(range = "(0, inf)", what = "least norm that is assumed", source = "optax 0.2.8")
        double minNorm) implements Rule {
    public Fromage {
        Hyperparameters.check(Fromage.class, minNorm);
    }

    public Fromage() {
        this(1e-6);
    }

    public Fromage withMinNorm(double minNorm) {
        return new Fromage(minNorm);
    }

    @Override
    public Step apply(Step s) {
        Expr least = s.hyper("min_norm", minNorm);
        Expr ratio = max(norm(s.theta()), least).div(max(norm(s.direction()), least));
        Step done = s.direction(s.direction().times(ratio)).descend();
        return done.theta(done.theta().div(sqrt(Expr.ONE.plus(square(s.learningRate())))));
    }
}
