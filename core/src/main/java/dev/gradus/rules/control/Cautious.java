package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.mean;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;

/// The cautious mask: sets elements of a rule's direction to 0 whose sign is not the gradient's, and scales the others
/// up in return.
///
/// Around Adam:
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// uₜ = m̂ₜ / (√v̂ₜ + ε)
/// ϕₜ = 1 if uₜ·gₜ > 0, else 0
/// θₜ = θₜ₋₁ − η·uₜ·ϕₜ / max(mean(ϕₜ), minimum)
/// ```
/// The mean is that of the tensor. As in the authors' code; the paper's algorithm divides by (size of φ) /
/// (|φ|₀ + 1) instead, which is the same but for the 1.
///
/// Reference: K. Liang et al., "Cautious Optimizers: Improving Training with One Line of Code", 2024,
/// arXiv:2411.16085.
///
/// @param rule whose direction is masked
public record Cautious(
        Rule rule,

        @Hyperparameter(range = "(0, 1]", what = "least share that the scale assumes", source = "Liang et al. 2024")
        double minimum)
        implements Wrapper {
    public Cautious {
        Hyperparameters.check(Cautious.class, minimum);
    }

    public Cautious(Rule rule) {
        this(rule, 1e-3);
    }

    public Cautious withMinimum(double minimum) {
        return new Cautious(rule, minimum);
    }

    @Override
    public Step apply(Step s) {
        Step done = s.directedBy(rule);
        Expr u = done.direction();
        Expr agrees = where(u.times(s.direction()).gt(0), Expr.ONE, Expr.ZERO).named("phi");
        return done.direction(u.times(agrees).div(max(mean(agrees), s.hyper("minimum", minimum))));
    }
}
