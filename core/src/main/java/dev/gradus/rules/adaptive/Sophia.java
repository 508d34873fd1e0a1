package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.clip;
import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import java.util.Set;

/// Sophia-G: divides the average gradient by an estimate of the Hessian's diagonal and limits the quotient, so
/// that no element moves further than the learning rate.
///
/// ```
/// mₜ = β₁·mₜ₋₁ + (1 − β₁)·gₜ
/// θₜ = θₜ₋₁ − η·clip(mₜ / (h + ε), −ρ, ρ) / ρ
/// at update_hessian:
/// hₜ = β₂·hₜ₋₁ + (1 − β₂)·n_tokens·gₜ²
/// ```
/// States: `exp_avg` and `hessian`, each of the parameter's shape. Before each `optimizer.step()`, or every
/// k-th, compute gradients of a loss against labels sampled from the model's own output, bind them and call
/// `optimizer.fire("update_hessian")`. Until the first such event h is 0 and the step is the sign of m. As
/// labml's, whose learning rate is the largest step; in the official code it is the learning rate times ρ.
///
/// Reference: H. Liu et al., "Sophia: A Scalable Stochastic Second-order Optimizer for Language Model
/// Pre-training", ICLR 2024, arXiv:2305.14342.
public record Sophia(
        @Hyperparameter(range = "[0, 1)", what = "decay rate of the first moment", source = "labml")
        double beta1,

        @Hyperparameter(range = "[0, 1)", what = "decay rate of the Hessian", source = "labml")
        double beta2,

        @Hyperparameter(range = "[0, inf)", what = "added to the Hessian", source = "labml")
        double eps,

        @Hyperparameter(range = "(0, inf)", what = "limit of the quotient", source = "labml")
        double rho,

        @Hyperparameter(range = "(0, inf)", what = "tokens or samples of a batch", source = "the batch at hand")
        double nTokens)
        implements Direction {
    /// The event at which the Hessian is estimated anew.
    public static final String UPDATE_HESSIAN = "update_hessian";

    public Sophia {
        Hyperparameters.check(Sophia.class, beta1, beta2, eps, rho, nTokens);
    }

    public Sophia() {
        this(0.9, 0.95, 1e-12, 0.03, 1);
    }

    public Sophia withBeta1(double beta1) {
        return new Sophia(beta1, beta2, eps, rho, nTokens);
    }

    public Sophia withBeta2(double beta2) {
        return new Sophia(beta1, beta2, eps, rho, nTokens);
    }

    public Sophia withEps(double eps) {
        return new Sophia(beta1, beta2, eps, rho, nTokens);
    }

    public Sophia withRho(double rho) {
        return new Sophia(beta1, beta2, eps, rho, nTokens);
    }

    public Sophia withNTokens(double nTokens) {
        return new Sophia(beta1, beta2, eps, rho, nTokens);
    }

    @Override
    public Set<String> events() {
        return Set.of(UPDATE_HESSIAN);
    }

    @Override
    public Step on(String event, Step s) {
        Expr b2 = s.hyper("beta2", beta2);
        Expr n = s.hyper("n_tokens", nTokens);
        s.state("hessian").symbol("h").nonNegative().write(old -> ema(b2, old, n.times(square(s.direction()))));
        return s;
    }

    @Override
    public Expr update(Step s) {
        Expr b1 = s.hyper("beta1", beta1);
        Expr rho = s.hyper("rho", this.rho);

        Expr m = s.state("exp_avg").symbol("m").becomes(old -> ema(b1, old, s.direction()));
        Expr h = s.state("hessian").symbol("h").nonNegative().before();

        return clip(m.div(h.plus(s.hyper("eps", eps))), rho).div(rho);
    }
}
