package dev.gradus.rules.reference;

import static dev.gradus.expr.Formulas.rowNorm;
import static dev.gradus.expr.Formulas.unlessZero;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Step;
import dev.gradus.rules.layerwise.Centralize;

/// Scales the direction of each row with how its norm has changed since the start, so that the step stays as large
/// relative to the row; after Adam it makes the notebook's Stable_Adam.
///
/// ```
/// n₀ = ‖θ₀‖_row
/// qₜ = 1 if n₀ = 0 or ‖θₜ₋₁‖_row = 0, else ‖θₜ₋₁‖_row / n₀
/// θₜ = θₜ₋₁ − η·qₜ·gₜ
/// ```
///
/// Weights before a batch normalisation grow, and a step that does not grow with them becomes small in effect. That
/// asks for ‖θ_t‖ / ‖θ_0‖, as the notebook's code has it; its text has the inverse. The factor is 1 for a row whose
/// norm is or was 0. State: `norm0`, one number per row.
public record ScaleByNormGrowth(Ratio ratio) implements Direction {
    /// Which norm is divided by which.
    public enum Ratio {
        /// ‖θ_t‖ / ‖θ_0‖: the notebook's code.
        CURRENT_OVER_INITIAL,
        /// ‖θ_0‖ / ‖θ_t‖: the notebook's text.
        INITIAL_OVER_CURRENT
    }

    public ScaleByNormGrowth() {
        this(Ratio.CURRENT_OVER_INITIAL);
    }

    public ScaleByNormGrowth withRatio(Ratio ratio) {
        return new ScaleByNormGrowth(ratio);
    }

    @Override
    public Expr update(Step s) {
        Centralize.requireRows("scaleByNormGrowth", s);
        Expr initial = s.state("norm0", rowNorm(s.initialTheta()))
                .symbol("n_0")
                .weights()
                .before();
        Expr current = rowNorm(s.theta());
        Expr factor = ratio == Ratio.CURRENT_OVER_INITIAL ? current.div(initial) : initial.div(current);
        return s.direction().times(unlessZero(initial, current, factor));
    }
}
