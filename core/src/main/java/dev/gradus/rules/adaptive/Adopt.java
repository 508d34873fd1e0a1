package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.clip;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;
import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.StateRef;
import dev.gradus.rule.Step;

/// ADOPT: divides each gradient by the second moment of those before it, and averages the quotients; it converges
/// with any β₂.
///
/// ```
/// mₜ = mₜ₋₁ if t = 1, else β₁·mₜ₋₁ + (1 − β₁)·clip(gₜ / max(√vₜ₋₁, ε), −(t − 1)^0.25, (t − 1)^0.25)
/// vₜ = gₜ² if t = 1, else β₂·vₜ₋₁ + (1 − β₂)·gₜ²
/// θₜ = θₜ₋₁ − η·mₜ
/// ```
/// States: `exp_avg` and `exp_avg_sq`, each of the parameter's shape. ε is the least value of the root. The paper
/// counts from 0: its step t is t + 1 here. A weight decay after it decays in the first step, too, where the official
/// code does not.
///
/// Reference: S. Taniguchi et al., "ADOPT: Modified Adam Can Converge with Any β₂ with the Optimal Rate", NeurIPS 2024,
/// arXiv:2411.02853.
///
/// @param variant which version of the paper
public record Adopt(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the average", source = "Taniguchi et al. 2024")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the second moment", source = "Taniguchi et al. 2024")
        double beta2,

        @Hyperparameter(range = "(0, inf)", what = "least value of the root", source = "Taniguchi et al. 2024")
        double eps,

        Variant variant)
        implements Direction {
    /// How very large quotients at the beginning are made harmless.
    public enum Variant {
        /// Quotients are limited, and the average starts at zero: the paper's second version and the official code.
        CLIPPED,
        /// Nothing is limited, and the average starts at the first quotient: the paper's first version.
        UNCLIPPED
    }

    public Adopt {
        Hyperparameters.check(Adopt.class, beta1, beta2, eps);
    }

    public Adopt() {
        this(0.9, 0.9999, 1e-6, Variant.CLIPPED);
    }

    public Adopt withBeta1(double beta1) {
        return new Adopt(beta1, beta2, eps, variant);
    }

    public Adopt withBeta2(double beta2) {
        return new Adopt(beta1, beta2, eps, variant);
    }

    public Adopt withEps(double eps) {
        return new Adopt(beta1, beta2, eps, variant);
    }

    public Adopt withVariant(Variant variant) {
        return new Adopt(beta1, beta2, eps, variant);
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr b2 = s.hyper("beta2", beta2);
        Expr t = s.t();
        Expr g = s.direction();
        StateRef second = s.state("exp_avg_sq").symbol("v").nonNegative();
        Condition first = t.eq(1);

        Expr quotient = g.div(max(sqrt(second.before()), s.hyper("eps", eps)));
        Expr m = s.state("exp_avg")
                .symbol("m")
                .becomes(old -> where(
                        first,
                        old,
                        switch (variant) {
                            case CLIPPED -> ema(b1, old, clip(quotient, pow(t.minus(1), Expr.constant(0.25))));
                            case UNCLIPPED -> where(t.eq(2), quotient, ema(b1, old, quotient));
                        }));
        second.write(old -> where(first, square(g), ema(b2, old, square(g))));
        return m;
    }
}
