package dev.gradus.program;

import dev.gradus.engine.RandomKey;
import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.State;
import dev.gradus.numeric.Normal;
import dev.gradus.rule.Step;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.ElementType;
import dev.gradus.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;

/// The plainest reading of a traced rule for a single parameter: each expression is an array of the parameter's size in
/// float64, whatever its axes.
final class Meaning {
    private final Trace trace;
    private final Shape shape;
    private final int elements;
    private final double learningRate;
    private final double[] initialTheta;
    private final Map<String, Double> hypers = new HashMap<>();
    private final Map<String, double[]> states = new LinkedHashMap<>();
    private double[] theta;
    private double[] gradient = {};
    private int t;
    private Map<Expr, double[]> known = new IdentityHashMap<>();

    Meaning(Trace trace, Shape shape, double[] theta, double learningRate) {
        this.trace = trace;
        this.shape = shape;
        this.elements = (int) shape.elements();
        this.theta = theta;
        this.initialTheta = theta.clone();
        this.learningRate = learningRate;
        trace.hyperparameters().forEach(use -> hypers.put(use.name(), use.value()));
        for (State state : trace.states()) {
            states.put(state.name(), value(state.initial()));
        }
    }

    double[] theta() {
        return theta;
    }

    Map<String, double[]> states() {
        return states;
    }

    void step(double[] newGradient) {
        gradient = newGradient;
        t++;
        known = new IdentityHashMap<>();
        Map<String, double[]> after = new HashMap<>();
        trace.writes().forEach((state, write) -> after.put(state.name(), value(write)));
        double[] thetaAfter = value(trace.theta());
        List<Condition> met = trace.conditions().stream().filter(this::isMet).toList();
        after.forEach((name, value) -> {
            List<Condition> required = trace.survivingSkip().entrySet().stream()
                    .filter(entry -> entry.getKey().name().equals(name))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElse(trace.conditions());
            if (met.containsAll(required)) {
                states.put(name, value);
            }
        });
        if (met.size() == trace.conditions().size()) {
            theta = thetaAfter;
        } else {
            t--;
        }
    }

    private boolean isMet(Condition condition) {
        return elements == 0 || holds(condition)[0] != 0;
    }

    /// A state's elements, once each.
    double[] inShape(double[] broadcast, Shape kept) {
        double[] result = new double[(int) kept.elements()];
        int next = 0;
        for (int i = 0; i < elements; i++) {
            boolean first = true;
            for (int axis = 0; axis < kept.rank(); axis++) {
                first &= kept.size(axis) > 1 || coordinate(i, axis) == 0;
            }
            if (first && next < result.length) {
                result[next++] = broadcast[i];
            }
        }
        return result;
    }

    private double[] value(Expr expr) {
        double[] value = known.get(expr);
        if (value == null) {
            value = evaluate(expr);
            known.put(expr, value);
        }
        return value;
    }

    private double[] evaluate(Expr expr) {
        return switch (expr) {
            case Expr.Constant c -> same(c.value);
            case Expr.Hyper h ->
                same(h.name.equals(Step.LEARNING_RATE) ? learningRate : Objects.requireNonNull(hypers.get(h.name)));
            case Expr.StepCount s -> same(t);
            case Expr.Size s -> same((double) shape.elements(s.of));
            case Expr.Input i ->
                switch (i.source) {
                    case THETA -> theta;
                    case GRADIENT -> gradient;
                    case INITIAL_THETA -> initialTheta;
                };
            case Expr.Noise n -> {
                RandomKey key = new RandomKey(trace.parameterName() + "/" + n.name);
                key.begin(t);
                double[] drawn = new double[elements];
                Arrays.setAll(drawn, i -> Normal.draw(key.key(), i));
                yield drawn;
            }
            case Expr.Before b -> Objects.requireNonNull(states.get(b.state.name()));
            case Expr.After a -> value(a.value);
            case Expr.Unary u -> map(value(u.of), value(u.of), (x, y) -> u.op.apply(x));
            case Expr.Binary b -> map(value(b.left), value(b.right), b.op::apply);
            case Expr.Where w -> {
                double[] holds = holds(w.condition);
                double[] then = value(w.then);
                double[] otherwise = value(w.otherwise);
                double[] chosen = new double[elements];
                Arrays.setAll(chosen, i -> holds[i] != 0 ? then[i] : otherwise[i]);
                yield chosen;
            }
            case Expr.Transform t -> {
                double[] result = new double[elements];
                t.function.apply(
                        MemorySegment.ofArray(value(t.of)), MemorySegment.ofArray(result), shape, ElementType.FLOAT64);
                yield result;
            }
            case Expr.Reduce r -> reduce(r);
            case Expr.Total total -> value(total.of);
            case Expr.Named n -> value(n.of);
        };
    }

    private double[] holds(Condition condition) {
        return switch (condition) {
            case Condition.Compare c ->
                map(
                        value(c.left),
                        value(c.right),
                        (x, y) -> switch (c.comparison) {
                                    case LESS -> x < y;
                                    case LESS_OR_EQUAL -> x <= y;
                                    case EQUAL -> x == y;
                                }
                                ? 1
                                : 0);
            case Condition.Both b -> map(holds(b.left), holds(b.right), (x, y) -> x * y);
            case Condition.Not n -> map(holds(n.of), holds(n.of), (x, y) -> 1 - x);
        };
    }

    private double[] reduce(Expr.Reduce r) {
        double[] of = value(r.of);
        Axes kept = r.axes();
        Map<Integer, Double> results = new HashMap<>();
        for (int i = 0; i < elements; i++) {
            if (isFirstOf(r.of.axes(), i)) {
                double x = r.reduction == Reduction.SUM_OF_SQUARES ? of[i] * of[i] : of[i];
                results.merge(place(kept, i), x, r.reduction == Reduction.MAX ? Math::max : Double::sum);
            }
        }
        double[] broadcast = new double[elements];
        Arrays.setAll(broadcast, i -> Objects.requireNonNull(results.get(place(kept, i))));
        return broadcast;
    }

    /// Whether element i stands for all that a value over the given axes does not tell apart.
    private boolean isFirstOf(Axes axes, int i) {
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (!axes.contains(axis) && coordinate(i, axis) != 0) {
                return false;
            }
        }
        return true;
    }

    private int place(Axes kept, int i) {
        int place = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            place = place * (int) shape.size(axis) + (kept.contains(axis) ? coordinate(i, axis) : 0);
        }
        return place;
    }

    private int coordinate(int i, int axis) {
        int below = 1;
        for (int inner = axis + 1; inner < shape.rank(); inner++) {
            below *= (int) shape.size(inner);
        }
        return i / below % (int) shape.size(axis);
    }

    private double[] same(double value) {
        double[] array = new double[elements];
        Arrays.fill(array, value);
        return array;
    }

    private double[] map(double[] a, double[] b, DoubleBinaryOperator op) {
        double[] result = new double[elements];
        Arrays.setAll(result, i -> op.applyAsDouble(a[i], b[i]));
        return result;
    }
}
