package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.exp;
import static dev.gradus.expr.Formulas.isFinite;
import static dev.gradus.expr.Formulas.log;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.unbias;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Leaves out a step whose gradients are unusually large together: no value, state or clock changes. To be put first in
/// a chain. After `limit` such steps in a row the next one is made all the same, so that a lasting change is followed.
///
/// ```
/// only if measuredₜ < warmup or exp(μₜ + z·σₜ + 10⁻⁶) ≥ normₜ or skipped_in_a_rowₜ₋₁ ≥ limit
/// measuredₜ = measuredₜ₋₁ + 1 if normₜ₋₁ > 0 and |normₜ₋₁| < ∞, else measuredₜ₋₁
/// log_normₜ = decay·log_normₜ₋₁ + (1 − decay)·log(normₜ₋₁) if normₜ₋₁ > 0 and |normₜ₋₁| < ∞, else log_normₜ₋₁
/// μₜ = log_normₜ / (1 − decay^measuredₜ)
/// log_norm_sqₜ = decay·log_norm_sqₜ₋₁ + (1 − decay)·log(normₜ₋₁)² if normₜ₋₁ > 0 and |normₜ₋₁| < ∞, else
///     log_norm_sqₜ₋₁
/// σₜ = √max(log_norm_sqₜ / (1 − decay^measuredₜ) − μₜ², 0)
/// normₜ = ‖gₜ‖_global
/// skipped_in_a_rowₜ = 0 if measuredₜ < warmup or exp(μₜ + z·σₜ + 10⁻⁶) ≥ normₜ or skipped_in_a_rowₜ₋₁ ≥ limit,
///     else skipped_in_a_rowₜ₋₁ + 1
/// skippedₜ = skippedₜ₋₁ if measuredₜ < warmup or exp(μₜ + z·σₜ + 10⁻⁶) ≥ normₜ or skipped_in_a_rowₜ₋₁ ≥ limit,
///     else skippedₜ₋₁ + 1
/// θₜ = θₜ₋₁ − η·gₜ
/// ```
///
/// That is:
///
/// ```
/// ℓ_t = log ‖g_t‖₂,   over all parameters of the link
/// μ_t = average of ℓ,   σ_t² = average of ℓ² − μ_t²
/// the step t + 1 is left out where ℓ_{t+1} > μ_t + z σ_t
/// ```
/// Both averages are exponential ones over the steps that were made, corrected for their start at 0. None of the first
/// `warmup` steps is left out. A norm within a millionth of exp(μ) is never unusual, so that rounding is not where σ is
/// 0. A norm that is 0 or not finite is not averaged.
///
/// An infinite norm is unusual, but a NaN is not: like in any other rule it goes through, so that it shows.
/// [SkipNonFinite] before this link leaves out both.
///
/// States, numbers that all parameters of the link share: `norm` of the last step that was made, `log_norm` and
/// `log_norm_sq`, the averages over the steps before that one, `measured`, how many steps they are of, and `skipped`
/// and `skipped_in_a_row` as in [SkipNonFinite].
public record SkipUnusual(
        @Hyperparameter(range = "(0, inf)", what = "standard deviations that are usual", source = "common practice")
        double z,

        @Hyperparameter(range = "[0, inf)", what = "most steps to leave out in a row", source = "common practice")
        double limit,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the averages", source = "common practice")
        double decay,

        @Hyperparameter(range = "[1, inf)", what = "norms to average before any is unusual", source = "common practice")
        double warmup)
        implements Rule {
    private static final double ROUNDING = 1e-6;

    public SkipUnusual {
        Hyperparameters.check(SkipUnusual.class, z, limit, decay, warmup);
    }

    public SkipUnusual() {
        this(4);
    }

    public SkipUnusual(double z) {
        this(z, 10);
    }

    public SkipUnusual(double z, double limit) {
        this(z, limit, 0.99, 20);
    }

    public SkipUnusual withZ(double z) {
        return new SkipUnusual(z, limit, decay, warmup);
    }

    public SkipUnusual withLimit(double limit) {
        return new SkipUnusual(z, limit, decay, warmup);
    }

    public SkipUnusual withDecay(double decay) {
        return new SkipUnusual(z, limit, decay, warmup);
    }

    public SkipUnusual withWarmup(double warmup) {
        return new SkipUnusual(z, limit, decay, warmup);
    }

    /// The last norm is averaged when the next step begins: then its logarithm, and the bound for the next norm, are
    /// host scalars that are known before any gradient is read, and what follows the reduction is a comparison.
    @Override
    public Step apply(Step s) {
        Expr decay = s.hyper("decay", this.decay);
        Expr norm = sqrt(s.totalOfSquares(s.direction()));
        StateRef last = s.shared("norm", Expr.ZERO);
        Condition isMeasured = last.before().gt(0).and(isFinite(last.before()));
        Expr logNorm = log(last.before());
        Expr n = s.shared("measured", Expr.ZERO).becomes(old -> where(isMeasured, old.plus(1), old));
        Expr average = s.shared("log_norm", Expr.ZERO).becomes(old -> where(isMeasured, ema(decay, old, logNorm), old));
        Expr averageSquare = s.shared("log_norm_sq", Expr.ZERO)
                .becomes(old -> where(isMeasured, ema(decay, old, square(logNorm)), old));
        last.write(old -> norm);

        Expr mean = unbias(average, decay, n).named("mu");
        Expr deviation = sqrt(max(unbias(averageSquare, decay, n).minus(square(mean)), Expr.ZERO))
                .named("sigma");
        Expr usual = exp(mean.plus(s.hyper("z", z).times(deviation)).plus(ROUNDING));
        Condition isUnusual = n.ge(s.hyper("warmup", warmup)).and(norm.gt(usual));
        return SkippedSteps.ofAll(s).commitIf(s, isUnusual.not(), s.hyper("limit", limit));
    }
}
