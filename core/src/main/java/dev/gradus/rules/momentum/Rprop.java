package dev.gradus.rules.momentum;

import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.min;
import static dev.gradus.expr.Formulas.sign;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// Rprop: a step size per element, which grows while the gradient keeps its sign and shrinks when it changes;
/// for whole batches.
///
/// ```
/// Δ₀ = η
/// cₜ = gₜ·pₜ₋₁
/// pₜ = 0 if cₜ < 0, else gₜ
/// uₜ = η_plus if cₜ > 0, else η_minus if cₜ < 0, else 1
/// Δₜ = clip(Δₜ₋₁·uₜ, min_step, max_step)
/// θₜ = θₜ₋₁ − Δₜ·sign(pₜ)
/// ```
/// States: `prev` (p) and `step_size` (Δ), each of the parameter's shape. Δ starts at the learning rate, which
/// has no other effect. As in torch: iRprop⁻, without the paper's step back where the sign changes. optax 0.2.8
/// takes each step one step late: there, a [DelayStep] follows.
///
/// Reference: M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP
/// algorithm", ICNN 1993; C. Igel, M. Hüsken, "Improving the Rprop Learning Algorithm", NC 2000.
public record Rprop(
        @Hyperparameter(range = "(0, 1)", what = "factor where the sign changes", source = "Riedmiller & Braun 1993")
        double etaMinus,

        @Hyperparameter(range = "(1, inf)", what = "factor where the sign stays", source = "Riedmiller & Braun 1993")
        double etaPlus,

        @Hyperparameter(range = "[0, inf)", what = "least step size", source = "Riedmiller & Braun 1993")
        double minStep,

        @Hyperparameter(range = "(0, inf)", what = "largest step size", source = "Riedmiller & Braun 1993")
        double maxStep)
        implements Rule {
    public Rprop {
        Hyperparameters.check(Rprop.class, etaMinus, etaPlus, minStep, maxStep);
        if (minStep > maxStep) {
            throw new IllegalArgumentException(
                    "Rprop: min_step must be at most max_step, " + maxStep + ", got " + minStep);
        }
    }

    public Rprop() {
        this(0.5, 1.2, 1e-6, 50);
    }

    public Rprop withEtaMinus(double etaMinus) {
        return new Rprop(etaMinus, etaPlus, minStep, maxStep);
    }

    public Rprop withEtaPlus(double etaPlus) {
        return new Rprop(etaMinus, etaPlus, minStep, maxStep);
    }

    public Rprop withMinStep(double minStep) {
        return new Rprop(etaMinus, etaPlus, minStep, maxStep);
    }

    public Rprop withMaxStep(double maxStep) {
        return new Rprop(etaMinus, etaPlus, minStep, maxStep);
    }

    @Override
    public Step apply(Step s) {
        Expr shrink = s.hyper("eta_minus", etaMinus);
        Expr grow = s.hyper("eta_plus", etaPlus);
        Expr least = s.hyper("min_step", minStep);
        Expr most = s.hyper("max_step", maxStep);
        Expr g = s.direction();
        StateRef previous = s.state("prev").symbol("p");
        Expr agreement = g.times(previous.before()).named("c");
        Expr kept = previous.becomes(old -> where(agreement.lt(Expr.ZERO), Expr.ZERO, g));

        Expr factor = where(agreement.gt(0), grow, where(agreement.lt(Expr.ZERO), shrink, Expr.ONE));
        Expr size = s.state("step_size", s.learningRate())
                .symbol("Delta")
                .nonNegative()
                .becomes(old -> max(min(old.times(factor), most), least));
        return s.scaledDirection(size.times(sign(kept)));
    }
}
