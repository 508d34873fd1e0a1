package dev.gradus.program;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.After;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.State;
import dev.gradus.rule.Displacement;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A traced rule, lowered: one [Variant] for each outcome of the conditions that are known before the step.
///
/// A program depends on the rule and on how many axes a parameter has, not on its sizes, name or memory, nor on
/// the values of hyperparameters.
public final class Program {
    /// More conditions than these become a choice per element instead of a variant.
    private static final int MAX_CONDITIONS = 3;

    private final Source source;
    private final List<Variant> variants;
    private final Selector selector;
    private final List<State> states;
    private final boolean readsTheta;
    private final boolean readsGradient;

    /// Computes the conditions; bit i of the variant's index is the outcome of the i-th.
    public record Selector(
            HostCode.Instruction[] code, List<ScalarRegisters.Input> inputs, int[] conditions, int registers) {}

    /// What a program is made from.
    ///
    /// @param writes what states become
    /// @param regardless of the states that are written even if the step does not take place, what must hold
    /// @param theta what the parameter becomes, or null if it stays
    /// @param commit what must hold for the step to take place
    /// @param metrics host scalars to be known after the step; the first also if it did not take place
    private record Source(
            List<State> states,
            Map<State, After> writes,
            Map<State, List<Condition>> regardless,
            @Nullable Expr theta,
            List<Condition> commit,
            List<Expr> metrics,
            boolean initial) {

        List<Expr> expressions() {
            List<Expr> expressions = new ArrayList<>(writes.values());
            if (theta != null) {
                expressions.add(theta);
            }
            expressions.addAll(metrics);
            return expressions;
        }

        Roots roots(Translation translation) {
            boolean takesPlace = commit.stream().noneMatch(condition -> isFalse(translation.outcome(condition)));
            List<Condition> open = takesPlace
                    ? commit.stream()
                            .filter(c -> translation.outcome(c) == null)
                            .toList()
                    : List.of();
            Map<State, Value> elements = new LinkedHashMap<>();
            Map<State, Value> numbers = new LinkedHashMap<>();
            Set<State> kept = new LinkedHashSet<>();
            for (After write : writes.values()) {
                State state = write.state;
                List<Condition> own = regardless.get(state);
                boolean isKept = own != null && !(takesPlace && own.containsAll(open));
                if (!takesPlace && !isKept) {
                    continue;
                }
                Value value = translation.value(write);
                boolean stays = value.op == Op.STATE;
                if (!stays) {
                    (state.axes().isHost() ? numbers : elements).put(state, value);
                    if (isKept) {
                        kept.add(state);
                    }
                }
            }
            boolean moves = takesPlace && theta != null && !(theta instanceof Input);
            return new Roots(
                    elements,
                    moves ? translation.value(Objects.requireNonNull(theta)) : null,
                    numbers,
                    kept,
                    takesPlace,
                    open.stream()
                            .reduce(Condition::and)
                            .map(translation::condition)
                            .orElse(null),
                    metrics.stream()
                            .limit(takesPlace ? metrics.size() : 1)
                            .map(translation::value)
                            .toList());
        }

        private static boolean isFalse(@Nullable Boolean outcome) {
            return outcome != null && !outcome;
        }
    }

    private Program(Source source, Shape shape) {
        Graph graph = new Graph();
        List<Value> conditions = conditions(graph, source);
        List<Variant> lowered = new ArrayList<>();
        for (int outcome = 0; outcome < 1 << conditions.size(); outcome++) {
            Map<Value, Boolean> decided = new HashMap<>();
            for (int i = 0; i < conditions.size(); i++) {
                decided.put(conditions.get(i), (outcome >> i & 1) != 0);
            }
            Translation translation = new Translation(graph, decided, source.initial);
            lowered.add(Lowering.lower(source.roots(translation), Axes.all(shape.rank())));
        }
        this.variants = List.copyOf(lowered);
        this.selector = selector(conditions);
        this.source = source;
        this.states = source.states;
        this.readsTheta = readsTheta(source);
        this.readsGradient = lowered.stream()
                .flatMap(variant -> variant.operands().stream())
                .anyMatch(operand -> operand.kind() == Operand.Kind.GRADIENT);
    }

    /// Lowers the step, or event, of a rule.
    ///
    /// @param withMetrics whether to compute the squared norms of the gradient and of the change, too
    public static Program of(Trace trace, boolean withMetrics) {
        List<Expr> metrics = withMetrics
                ? List.of(
                        squaredNorm(trace.gradient()), squaredNorm(trace.theta().minus(trace.thetaBefore())))
                : List.of();
        return new Program(
                new Source(
                        trace.states(),
                        trace.writes(),
                        trace.survivingSkip(),
                        trace.theta(),
                        trace.conditions(),
                        metrics,
                        false),
                trace.shape());
    }

    /// Lowers the initial values of states.
    public static Program initial(List<State> states, Shape shape) {
        Map<State, After> writes = new LinkedHashMap<>();
        states.forEach(state -> writes.put(state, new After(state, state.initial())));
        return new Program(new Source(states, writes, Map.of(), null, List.of(), List.of(), true), shape);
    }

    /// Lowers what puts a parameter back that an event has displaced.
    public static Program restoring(Trace trace, Displacement.States displacement) {
        Map<State, After> writes = Map.of(displacement.flag(), new After(displacement.flag(), Expr.ZERO));
        return new Program(
                new Source(
                        trace.states(),
                        writes,
                        Map.of(),
                        new Expr.Before(displacement.origin()),
                        List.of(),
                        List.of(),
                        false),
                trace.shape());
    }

    private static Expr squaredNorm(Expr x) {
        return Expr.reduce(Reduction.SUM_OF_SQUARES, x, Axes.HOST);
    }

    /// The conditions that are known before the step and decide whether it takes place, or choose between values of
    /// elements.
    private static List<Value> conditions(Graph graph, Source source) {
        Translation translation = new Translation(graph, Map.of(), source.initial);
        Set<Value> conditions = new LinkedHashSet<>();
        source.commit.stream()
                .map(translation::condition)
                .filter(condition -> condition.isEarly)
                .limit(MAX_CONDITIONS)
                .forEach(conditions::add);
        visit(source.expressions(), expr -> {
            if (expr instanceof Expr.Where where
                    && !where.isHost()
                    && where.condition.axes().isHost()) {
                Value condition = translation.condition(where.condition);
                if (condition.isEarly && conditions.size() < MAX_CONDITIONS) {
                    conditions.add(condition);
                }
            }
        });
        return List.copyOf(conditions);
    }

    private static Selector selector(List<Value> conditions) {
        ScalarRegisters registers = new ScalarRegisters();
        conditions.forEach(condition -> place(registers, condition));
        return new Selector(
                registers.code(0)[0],
                registers.inputs(),
                conditions.stream().mapToInt(registers::of).toArray(),
                registers.values().size());
    }

    private static void place(ScalarRegisters registers, Value value) {
        if (registers.find(value) < 0) {
            value.args.forEach(arg -> place(registers, arg));
            int ignored = registers.add(value, 0);
        }
    }

    private static void visit(List<Expr> roots, Consumer<Expr> visitor) {
        Set<Expr> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Expr> open = new ArrayDeque<>(roots.reversed());
        while (!open.isEmpty()) {
            Expr expr = open.pop();
            if (seen.add(expr)) {
                visitor.accept(expr);
                expr.operands().reversed().forEach(open::push);
            }
        }
    }

    /// Whether the step depends on θ in any other way than by adding to it.
    private static boolean readsTheta(Source source) {
        List<Expr> roots = new ArrayList<>(source.expressions());
        if (source.theta instanceof Expr.Binary step && isTheta(step.left)) {
            roots.remove(source.theta);
            roots.add(step.right);
        }
        boolean[] reads = new boolean[1];
        visit(roots, expr -> reads[0] |= isTheta(expr));
        return reads[0];
    }

    private static boolean isTheta(Expr expr) {
        return expr instanceof Input input && input.source == Expr.Source.THETA;
    }

    /// The condition, numbered by bits, decides which variant a step runs.
    public List<Variant> variants() {
        return variants;
    }

    public Selector selector() {
        return selector;
    }

    /// All states of the rule for this parameter.
    public List<State> states() {
        return states;
    }

    /// Whether the step depends on the parameter in any other way than by adding to it.
    public boolean readsTheta() {
        return readsTheta;
    }

    /// Whether there has to be a gradient.
    public boolean readsGradient() {
        return readsGradient;
    }

    /// Why a step cannot run on the rows of a parameter that have a gradient alone, if so: because what the rule
    /// reduces over rows is not zero for the others.
    ///
    /// @param exact whether rows are to make up for the steps that they missed
    public Optional<String> whyNotByRows(boolean exact) {
        Set<String> reasons = new LinkedHashSet<>();
        visit(source.expressions(), expr -> {
            switch (expr) {
                case Expr.Transform t -> reasons.add("the rule computes functions of whole tensors");
                case Expr.Noise n when exact -> reasons.add("the rule adds noise, which missed steps would need again");
                case Expr.Total t
                when exact -> reasons.add("the rule combines all parameters, which missed steps cannot do again");
                case Expr.Reduce r
                when !r.axes().contains(0) && (exact || !isZeroWithoutGradient(r.of)) ->
                    reasons.add("the rule reduces over rows that have no gradient");
                default -> {}
            }
        });
        boolean collects = source.regardless.keySet().stream()
                .anyMatch(state -> !state.axes().isHost());
        if (collects) {
            reasons.add("the rule collects gradients");
        }
        if (exact
                && source.writes.keySet().stream()
                        .anyMatch(state -> state.axes().isHost())) {
            reasons.add("the rule keeps numbers, which missed steps would need as they were");
        }
        return reasons.stream().findFirst();
    }

    private static boolean isZeroWithoutGradient(Expr expr) {
        return switch (expr) {
            case Input i -> i.source == Expr.Source.GRADIENT;
            case Expr.Constant c -> c.value == 0;
            case Expr.Unary u ->
                switch (u.op) {
                    case NEGATE, ABS, SQRT, SIGN -> isZeroWithoutGradient(u.of);
                    default -> false;
                };
            case Expr.Binary b ->
                switch (b.op) {
                    case MULTIPLY -> isZeroWithoutGradient(b.left) || isZeroWithoutGradient(b.right);
                    case DIVIDE -> isZeroWithoutGradient(b.left);
                    case ADD, SUBTRACT, MIN, MAX -> isZeroWithoutGradient(b.left) && isZeroWithoutGradient(b.right);
                    case POWER -> false;
                };
            case Expr.Where w -> isZeroWithoutGradient(w.then) && isZeroWithoutGradient(w.otherwise);
            case After a -> isZeroWithoutGradient(a.value);
            case Expr.Reduce r -> isZeroWithoutGradient(r.of);
            case Expr.Named n -> isZeroWithoutGradient(n.of);
            default -> false;
        };
    }

    /// Whether a step of one parameter depends on other parameters.
    public boolean reducesOverAllParameters() {
        return variants.stream().anyMatch(v -> !v.totals().isEmpty());
    }
}
