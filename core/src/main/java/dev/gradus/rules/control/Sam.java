package dev.gradus.rules.control;

import static dev.gradus.expr.Formulas.abs;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Displacement;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Step;
import dev.gradus.rule.Wrapper;
import java.util.HashSet;
import java.util.Set;

/// Sharpness-aware minimisation: takes the gradient of a step where the loss is largest nearby. A step has two
/// phases: compute gradients and call `optimizer.fire("perturb")`, which moves the parameters there; compute
/// gradients again and call `optimizer.step()`, which steps from where they were.
///
/// Around Adam:
///
/// ```
/// unperturbed = θ₀
/// is_perturbedₜ = 0
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// vₜ = β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// uₜ = unperturbed if is_perturbedₜ₋₁ = 1, else θₜ₋₁
/// m̂ₜ = mₜ / (1 − β₁ᵗ)
/// v̂ₜ = vₜ / (1 − β₂ᵗ)
/// θₜ = uₜ − η·m̂ₜ / (√v̂ₜ + ε)
/// at perturb:
/// unperturbed₀ = θ₀
/// unperturbedₜ = unperturbedₜ₋₁ if is_perturbedₜ₋₁ = 1, else θₜ₋₁
/// is_perturbedₜ = 1
/// rₜ = 0 if ‖gₜ‖_global = 0, else ρ / ‖gₜ‖_global
/// θₜ = unperturbedₜ + rₜ·gₜ
/// ```
/// The norms are over all parameters of the link. States: `unperturbed`, the weights to step from, and
/// `is_perturbed`; both perturbing twice and not at all before a step are allowed. A step that does not
/// take place puts the parameters back where they were, to the bit; so does `optimizer.cancelEvent()`. ASAM scales
/// with θ² as in its paper's element-wise form, without the small constant that its code adds to |θ|.
///
/// References: P. Foret et al., "Sharpness-Aware Minimization for Efficiently Improving Generalization", ICLR 2021,
/// arXiv:2010.01412; J. Kwon et al., "ASAM", ICML 2021, arXiv:2102.11600.
///
/// @param rule which makes the step
public record Sam(
        Rule rule,

        @Hyperparameter(range = "[0, inf)", what = "radius of the neighbourhood", source = "Foret et al. 2021")
        double rho,

        Neighbourhood neighbourhood)
        implements Wrapper {
    /// The event that moves the parameters to where the second gradient is taken.
    public static final String PERTURB = "perturb";

    /// What is nearby.
    public enum Neighbourhood {
        /// A ball: SAM.
        BALL,
        /// An ellipsoid whose axes are the weights' magnitudes, `θ + ρ·θ²·g / ‖|θ|·g‖₂`: ASAM, for which ρ is about
        /// ten times as large.
        ADAPTIVE
    }

    public Sam {
        Hyperparameters.check(Sam.class, rho);
    }

    public Sam(Rule rule) {
        this(rule, 0.05, Neighbourhood.BALL);
    }

    public Sam withRho(double rho) {
        return new Sam(rule, rho, neighbourhood);
    }

    public Sam withNeighbourhood(Neighbourhood neighbourhood) {
        return new Sam(rule, rho, neighbourhood);
    }

    private static Displacement displacement(Step s) {
        return s.displacement("unperturbed", "is_perturbed");
    }

    @Override
    public Step apply(Step s) {
        return displacement(s).end().then(rule).descend();
    }

    @Override
    public Set<String> events() {
        Set<String> events = new HashSet<>(rule.events());
        events.add(PERTURB);
        return Set.copyOf(events);
    }

    @Override
    public Step on(String event, Step s) {
        if (!event.equals(PERTURB)) {
            return s.then(event, rule);
        }
        Displacement displacement = displacement(s);
        Expr start = displacement.origin();
        Expr g = s.direction();
        boolean isBall = neighbourhood == Neighbourhood.BALL;
        Expr length = sqrt(s.totalOfSquares(isBall ? g : abs(start).times(g)));
        Expr towards = isBall ? g : square(start).times(g);
        Expr factor = where(length.eq(0), Expr.ZERO, s.hyper("rho", rho).div(length));
        return displacement.to(start.plus(factor.times(towards)));
    }
}
