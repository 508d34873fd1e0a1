package dev.gradus.rules.adaptive;

import static dev.gradus.expr.Formulas.sqrt;

import dev.gradus.expr.Expr;

/// Where ε stands in a root that is divided by.
public enum RootEps {
    /// `√v + ε`: torch.
    OUTSIDE,
    /// `√(v + ε)`: optax.
    INSIDE;

    /// The root of v, with ε in this place.
    public Expr root(Expr v, Expr eps) {
        return switch (this) {
            case OUTSIDE -> sqrt(v).plus(eps);
            case INSIDE -> sqrt(v.plus(eps));
        };
    }
}
