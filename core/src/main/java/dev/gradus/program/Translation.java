package dev.gradus.program;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Condition.Both;
import dev.gradus.expr.Condition.Compare;
import dev.gradus.expr.Condition.Not;
import dev.gradus.expr.Expr;
import dev.gradus.program.Value.ReduceKey;
import dev.gradus.program.Value.TotalKey;
import dev.gradus.tensor.Axes;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Translates expressions into normalised values, where the algebra of programs happens: factors that are
/// host scalars are gathered, and dividing by one is multiplying with its reciprocal, taken in double precision.
final class Translation {
    /// A value times a host scalar; no factor stands for 1.
    private record Scaled(@Nullable Value factor, Value value) {}

    private final Graph graph;
    private final Map<Value, Boolean> decided;
    private final boolean initial;
    private final Map<Expr, Scaled> expressions = new IdentityHashMap<>();
    private final Map<Condition, Value> conditions = new IdentityHashMap<>();

    /// @param decided the outcomes of conditions that select a variant of the program
    /// @param initial whether the expressions are initial values, when θ₀ is θ
    Translation(Graph graph, Map<Value, Boolean> decided, boolean initial) {
        this.graph = graph;
        this.decided = decided;
        this.initial = initial;
    }

    Value value(Expr expr) {
        Scaled scaled = scaled(expr);
        return scaled.factor == null ? scaled.value : graph.apply(Op.MULTIPLY, scaled.value, scaled.factor);
    }

    Value condition(Condition condition) {
        Value known = conditions.get(condition);
        if (known == null) {
            known = switch (condition) {
                case Compare c -> graph.apply(comparison(c.comparison), value(c.left), value(c.right));
                case Both b -> graph.apply(Op.AND, condition(b.left), condition(b.right));
                case Not n -> graph.apply(Op.NOT, condition(n.of));
            };
            conditions.put(condition, known);
        }
        return known;
    }

    /// What is known of a condition by the variant of the program, or null.
    @Nullable
    Boolean outcome(Condition condition) {
        Boolean known = decided.get(condition(condition));
        if (known != null) {
            return known;
        }
        return switch (condition) {
            case Compare c -> null;
            case Both b -> {
                Boolean left = outcome(b.left);
                Boolean right = outcome(b.right);
                boolean fails = left != null && !left || right != null && !right;
                yield fails ? Boolean.FALSE : left != null && right != null ? Boolean.TRUE : null;
            }
            case Not n -> {
                Boolean of = outcome(n.of);
                yield of == null ? null : !of;
            }
        };
    }

    private static Op comparison(Condition.Comparison comparison) {
        return switch (comparison) {
            case LESS -> Op.LESS;
            case LESS_OR_EQUAL -> Op.LESS_OR_EQUAL;
            case EQUAL -> Op.EQUAL;
        };
    }

    private Scaled scaled(Expr expr) {
        Scaled known = expressions.get(expr);
        if (known == null) {
            known = translate(expr);
            expressions.put(expr, known);
        }
        return known;
    }

    private Scaled translate(Expr expr) {
        return switch (expr) {
            case Expr.Constant c -> plain(graph.constant(c.value));
            case Expr.Hyper h -> plain(graph.leaf(Op.HYPER, h.name, Axes.HOST));
            case Expr.StepCount s -> plain(graph.leaf(Op.STEP, s.clock, Axes.HOST));
            case Expr.Size s -> plain(graph.leaf(Op.SIZE, s.of, Axes.HOST));
            case Expr.Input i ->
                plain(
                        switch (i.source) {
                            case THETA -> graph.leaf(Op.THETA, null, i.axes());
                            case GRADIENT -> graph.leaf(Op.GRADIENT, null, i.axes());
                            case INITIAL_THETA -> initialTheta(i);
                        });
            case Expr.Noise n -> plain(graph.leaf(Op.NOISE, n.name, n.axes()));
            case Expr.Before b -> plain(graph.leaf(b.isHost() ? Op.SCALAR : Op.STATE, b.state, b.axes()));
            case Expr.After a -> plain(after(a));
            case Expr.Unary u -> unary(u);
            case Expr.Binary b -> binary(b);
            case Expr.Where w -> where(w);
            case Expr.Reduce r ->
                plain(graph.make(Op.REDUCE, new ReduceKey(r.reduction, r.axes()), r.axes(), List.of(value(r.of))));
            case Expr.Total t ->
                plain(graph.make(
                        Op.TOTAL, new TotalKey(t.link, t.index, t.reduction), Axes.HOST, List.of(value(t.of))));
            case Expr.Transform t -> plain(graph.make(Op.TRANSFORM, t.function, t.axes(), List.of(value(t.of))));
            case Expr.Named n -> scaled(n.of);
        };
    }

    private Value initialTheta(Expr.Input input) {
        if (!initial) {
            throw new IllegalStateException(
                    "the parameter's initial value is readable in initial values of states only: keep it in a state");
        }
        return graph.leaf(Op.THETA, null, input.axes());
    }

    /// A state that stays as it is, is its old value.
    private Value after(Expr.After a) {
        Value value = value(a.value);
        boolean stays = value.op == Op.STATE && value.payload == a.state;
        return a.isHost() || stays ? value : graph.make(Op.AFTER, a.state, a.axes(), List.of(value));
    }

    private static Scaled plain(Value value) {
        return new Scaled(null, value);
    }

    private Scaled unary(Expr.Unary u) {
        if (u.op == Expr.UnaryOp.NEGATE && !u.isHost()) {
            Scaled of = scaled(u.of);
            return new Scaled(of.factor == null ? graph.constant(-1) : graph.apply(Op.NEGATE, of.factor), of.value);
        }
        return plain(graph.apply(Op.of(u.op), value(u.of)));
    }

    /// A factor is gathered with the one next to it, never moved past an operation on elements: that could overflow or
    /// underflow where the formula as written does not.
    private Scaled binary(Expr.Binary b) {
        Op op = Op.of(b.op);
        boolean scales = op == Op.MULTIPLY || op == Op.DIVIDE;
        if (scales && !b.isHost() && b.right.isHost()) {
            return scaled(b.left, op, value(b.right));
        }
        if (op == Op.MULTIPLY && !b.isHost() && b.left.isHost()) {
            return scaled(b.right, op, value(b.left));
        }
        return plain(graph.apply(op, value(b.left), value(b.right)));
    }

    private Scaled scaled(Expr elements, Op op, Value number) {
        Scaled inner = scaled(elements);
        Value factor = inner.factor == null ? graph.constant(1) : inner.factor;
        return new Scaled(graph.apply(op, factor, number), inner.value);
    }

    private Scaled where(Expr.Where w) {
        Value condition = condition(w.condition);
        Boolean outcome = outcome(w.condition);
        if (outcome != null && !w.isHost()) {
            return scaled(outcome ? w.then : w.otherwise);
        }
        return plain(graph.apply(Op.SELECT, condition, value(w.then), value(w.otherwise)));
    }
}
