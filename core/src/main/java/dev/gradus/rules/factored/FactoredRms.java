package dev.gradus.rules.factored;

import static dev.gradus.expr.Formulas.ema;
import static dev.gradus.expr.Formulas.max;
import static dev.gradus.expr.Formulas.pow;
import static dev.gradus.expr.Formulas.sqrt;
import static dev.gradus.expr.Formulas.square;

import dev.gradus.expr.Expr;
import dev.gradus.rule.Direction;
import dev.gradus.rule.Hyperparameter;
import dev.gradus.rule.Hyperparameters;
import dev.gradus.rule.Step;
import dev.gradus.tensor.Shape;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// The core of Adafactor: divides by the root of a second moment that is stored as its means along two axes.
///
/// ```
/// βₜ = 1 − t^(−decay)
/// uₜ = gₜ² + ε
/// Rₜ = βₜ·Rₜ₋₁ + (1 − βₜ)·mean_col(uₜ)
/// Cₜ = βₜ·Cₜ₋₁ + (1 − βₜ)·mean_row(uₜ)
/// θₜ = θₜ₋₁ − η·gₜ / √((Rₜ / mean(Rₜ))·Cₜ)
/// ```
/// States: `row_var` and `col_var`, of the parameter's shape less one axis each; a parameter that is not
/// factored has `variance`, of its own shape. Clipping, the scale by the parameter and weight decay are links
/// of their own.
///
/// Reference: N. Shazeer, M. Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", ICML 2018,
/// arXiv:1804.04235.
///
/// @param factoring which axes are factored
/// @param minSize parameters are factored only if both axes have at least this size
/// @param floor how ε keeps the divisor away from 0
public record FactoredRms(
        @Hyperparameter(range = "(0, inf)", what = "how fast the average lengthens", source = "Shazeer & Stern 2018")
        double decay,

        @Hyperparameter(range = "[0, inf)", what = "keeps the divisor away from 0", source = "optax 0.2.8")
        double eps,

        Factoring factoring,
        long minSize,
        Floor floor)
        implements Direction {
    /// Which two axes of a parameter are the rows and columns.
    public enum Factoring {
        /// The last two: torch.
        LAST_TWO,
        /// The two largest, the larger one reduced for `row_var`: optax.
        TWO_LARGEST,
        /// None: the whole second moment is stored.
        NONE
    }

    /// How ε enters.
    public enum Floor {
        /// Added to each squared gradient: the paper, optax.
        ADDED,
        /// The least value of the rows' mean, its square that of the divisor's square: torch.
        CLAMPED
    }

    public FactoredRms {
        Hyperparameters.check(FactoredRms.class, decay, eps);
    }

    public FactoredRms() {
        this(0.8, 1e-30, Factoring.TWO_LARGEST, 128, Floor.ADDED);
    }

    public FactoredRms withDecay(double decay) {
        return new FactoredRms(decay, eps, factoring, minSize, floor);
    }

    public FactoredRms withEps(double eps) {
        return new FactoredRms(decay, eps, factoring, minSize, floor);
    }

    public FactoredRms withFactoring(Factoring factoring) {
        return new FactoredRms(decay, eps, factoring, minSize, floor);
    }

    public FactoredRms withMinSize(long minSize) {
        return new FactoredRms(decay, eps, factoring, minSize, floor);
    }

    public FactoredRms withFloor(Floor floor) {
        return new FactoredRms(decay, eps, factoring, minSize, floor);
    }

    @Override
    public Expr update(Step s) {
        Expr rate =
                Expr.ONE.minus(pow(s.t(), s.hyper("decay", decay).unaryMinus())).named("beta");
        Expr eps = s.hyper("eps", this.eps);
        Expr g = s.direction();
        Expr squared = floor == Floor.ADDED ? square(g).plus(eps) : square(g);
        List<Integer> axes = factored(s.shape());
        if (axes.isEmpty()) {
            Expr v = s.state("variance").symbol("v").nonNegative().becomes(old -> ema(rate, old, squared));
            return g.div(sqrt(floored(v, eps)));
        }
        FactoredMoment moment = new FactoredMoment(axes.get(0), axes.get(1), "var", "");
        Expr v = moment.update(s, rate, squared, mean -> floor == Floor.CLAMPED ? max(mean, eps) : mean);
        return g.div(sqrt(floored(v, eps)));
    }

    private Expr floored(Expr v, Expr eps) {
        return floor == Floor.CLAMPED ? max(v, square(eps)) : v;
    }

    /// The axis that `row_var` is reduced over and the one that `col_var` is, or none.
    private List<Integer> factored(Shape shape) {
        int rank = shape.rank();
        if (rank < 2 || factoring == Factoring.NONE) {
            return List.of();
        }
        List<Integer> axes = factoring == Factoring.LAST_TWO
                ? List.of(rank - 1, rank - 2)
                : IntStream.range(0, rank)
                        .boxed()
                        .sorted(Comparator.<Integer>comparingLong(shape::size)
                                .thenComparing(axis -> axis)
                                .reversed())
                        .limit(2)
                        .toList();
        return shape.size(axes.get(0)) < minSize || shape.size(axes.get(1)) < minSize ? List.of() : axes;
    }
}
