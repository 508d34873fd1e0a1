package dev.gradus.rule;

import static dev.gradus.expr.Formulas.where;

import dev.gradus.expr.Condition;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.After;
import dev.gradus.expr.Expr.Before;
import dev.gradus.expr.Expr.Hyper;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Source;
import dev.gradus.expr.State;
import dev.gradus.expr.State.Scope;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The result of one symbolic step, or event, of a rule for one parameter: the states with their new values, the
/// hyperparameters, and the parameter after the step.
public final class Trace {
    /// A hyperparameter that a rule read.
    ///
    /// @param name `link.hyperparameter`
    /// @param value the default
    public record HyperUse(String name, double value, Range range, String what, String source) {}

    /// A hyperparameter that a rule declares but did not read in a trace.
    ///
    /// @param name `link.hyperparameter`
    /// @param rule the rule that declares it
    /// @param asked whether the link asked for the parameter's name or shape, so that it may read the
    ///     hyperparameter for other parameters
    public record Unread(String name, Rule rule, boolean asked) {}

    private record Call(String link, Rule rule) {}

    private record Declared<T>(Object place, T value) {}

    /// Whether the parameter matched a mask.
    private record Answer(Mask mask, boolean matches) {}

    private final String parameterName;
    private final Shape shape;
    private final List<Answer> answers = new ArrayList<>();
    private boolean dependsOnName;
    private boolean dependsOnShape;
    private final Map<String, Declared<State>> states = new LinkedHashMap<>();
    private final Map<String, Object> sharing = new LinkedHashMap<>();
    private final Map<String, Declared<HyperUse>> hypers = new LinkedHashMap<>();
    private final Map<String, String> symbols = new HashMap<>();
    private final Map<Object, Integer> totals = new HashMap<>();
    private final Map<State, After> writes = new LinkedHashMap<>();
    private final Map<State, List<Condition>> survivingSkip = new LinkedHashMap<>();
    private final List<Condition> conditions = new ArrayList<>();
    /// The conditions of links that an event has passed, which hold it up only if a link behind them reacts to it.
    private final List<Condition> guards = new ArrayList<>();

    /// The event that passes a link at present, or null.
    private @Nullable String passingEvent;

    private final List<Consumer<Step>> afterStep = new ArrayList<>();
    private final Set<Call> calls = new LinkedHashSet<>();
    private final Set<String> asking = new HashSet<>();
    private Displacement.@Nullable States displacement;
    private boolean displaces;
    private @Nullable RuntimeException failure;
    private final Expr thetaBefore;
    private final Expr gradient;
    private Expr theta;
    private Expr direction;

    private Trace(String parameterName, Shape shape, Rule rule, Function<Step, Step> program) {
        this.parameterName = parameterName;
        this.shape = shape;
        Axes all = Axes.all(shape.rank());
        this.thetaBefore = new Input(Source.THETA, all);
        this.gradient = new Input(Source.GRADIENT, all);
        this.theta = thetaBefore;
        this.direction = gradient;
        Step finished = program.apply(Step.first(this, rule));
        this.theta = finished.theta();
        this.direction = finished.direction();
        afterStep.forEach(action -> action.accept(finished));
    }

    /// Traces the step of a rule for a parameter; the descent is appended where the rule has none.
    public static Trace of(Rule rule, String parameterName, Shape shape) {
        return new Trace(parameterName, shape, rule, s -> s.then(rule).descend());
    }

    /// Traces one of a rule's events.
    public static Trace of(Rule rule, String event, String parameterName, Shape shape) {
        return new Trace(parameterName, shape, rule, s -> s.then(event, rule));
    }

    /// The event that passes a link which does not react to it, or null if no event passes.
    @Nullable
    String passingEvent() {
        return passingEvent;
    }

    /// Lets an event pass a link: nothing that the link writes takes place.
    Step passing(String event, Supplier<Step> link) {
        passingEvent = event;
        try {
            return link.get();
        } finally {
            passingEvent = null;
        }
    }

    /// Makes the event depend on the conditions of all links that it has passed.
    void guardEvent() {
        conditions.addAll(guards);
        guards.clear();
    }

    public String parameterName() {
        return parameterName;
    }

    public Shape shape() {
        return shape;
    }

    /// Whether the trace is valid for another parameter: it has the same rank, and the same answers to all that the
    /// rule asked about this one.
    public boolean holdsFor(String otherName, Shape otherShape) {
        return otherShape.rank() == shape.rank()
                && (!dependsOnName || otherName.equals(parameterName))
                && (!dependsOnShape || otherShape.equals(shape))
                && answers.stream().allMatch(answer -> answer.mask.matches(otherName, otherShape) == answer.matches);
    }

    /// Whether the rule asked for the parameter's name, so that it may do something else for every other name.
    public boolean dependsOnName() {
        return dependsOnName;
    }

    /// Whether the rule asked for the parameter's shape, so that it may do something else for every other shape.
    public boolean dependsOnShape() {
        return dependsOnShape;
    }

    String askName(String link) {
        asking.add(link);
        dependsOnName = true;
        return parameterName;
    }

    Shape askShape(String link) {
        asking.add(link);
        dependsOnShape = true;
        return shape;
    }

    boolean ask(Mask mask, String link) {
        asking.add(link);
        boolean matches = mask.matches(parameterName, shape);
        answers.add(new Answer(mask, matches));
        return matches;
    }

    public Expr thetaBefore() {
        return thetaBefore;
    }

    public Expr gradient() {
        return gradient;
    }

    /// The parameter after the step.
    public Expr theta() {
        return theta;
    }

    /// The direction after the last link.
    public Expr direction() {
        return direction;
    }

    /// How events of the rule displace the parameter until its next step, or null if none does.
    public Displacement.@Nullable States displacement() {
        return displacement;
    }

    /// Whether this event displaces the parameter until its next step.
    public boolean isDisplacing() {
        return displaces;
    }

    void displacement(String link, Displacement.States states) {
        if (displacement != null && !displacement.equals(states)) {
            throw new IllegalArgumentException(
                    link + ": only one link of a rule can displace the parameter until its next" + " step, but "
                            + displacement.flag().name() + " says that another does");
        }
        displacement = states;
    }

    void displaces() {
        displaces = true;
    }

    /// The conditions under which the step takes place, in the order in which links set them; all must hold.
    public List<Condition> conditions() {
        return Collections.unmodifiableList(conditions);
    }

    /// The states that are written even if the step is skipped, each with the conditions of earlier links, which it
    /// does depend on.
    public Map<State, List<Condition>> survivingSkip() {
        return Collections.unmodifiableMap(survivingSkip);
    }

    /// All states in the order in which the rule declared them.
    public List<State> states() {
        return states.values().stream().map(Declared::value).toList();
    }

    /// The states that are written, with their new values, in order.
    public Map<State, After> writes() {
        return Collections.unmodifiableMap(writes);
    }

    /// All hyperparameters in the order in which the rule read them, without the learning rate.
    public List<HyperUse> hyperparameters() {
        return hypers.values().stream().map(Declared::value).toList();
    }

    /// The hyperparameters that the rules of this trace [declare][Hyperparameter] but have not read. A variant of the
    /// rule, another parameter or an event may still read them.
    public List<Unread> unread() {
        List<Unread> unread = new ArrayList<>();
        for (Call call : calls) {
            for (Hyperparameters.Declaration declared : Hyperparameters.of(call.rule.getClass())) {
                String name = call.link + "." + declared.name();
                if (!hypers.containsKey(name)) {
                    unread.add(new Unread(name, call.rule, asking.contains(call.link)));
                }
            }
        }
        return unread;
    }

    /// What formulas call the hyperparameters and states that have symbols of their own, by `link.name`.
    public Map<String, String> symbols() {
        return Collections.unmodifiableMap(symbols);
    }

    /// @param symbol empty for none
    void setSymbol(String qualified, String symbol) {
        if (!symbol.isEmpty()) {
            String known = symbols.putIfAbsent(qualified, symbol);
            if (known != null && !known.equals(symbol)) {
                throw new IllegalStateException(
                        qualified + " must have one symbol, got \"" + known + "\" and \"" + symbol + "\"");
            }
        }
    }

    /// The identity of a state that all parameters of a link share.
    public Object sharedBy(State state) {
        Object link = sharing.get(state.name());
        if (link == null) {
            throw new IllegalArgumentException(state + " is not shared between parameters");
        }
        return link;
    }

    State declare(Object place, @Nullable Object sharedBy, State state) {
        Declared<State> known = states.get(state.name());
        if (known == null) {
            states.put(state.name(), new Declared<>(place, state));
            if (sharedBy != null) {
                sharing.put(state.name(), sharedBy);
            }
            return state;
        }
        requireSamePlace(known, place, state.name());
        if (!known.value.axes().equals(state.axes())
                || known.value.role() != state.role()
                || known.value.scope() != state.scope()) {
            throw new IllegalStateException("state " + state + " is declared in two ways by the same link");
        }
        return known.value;
    }

    /// @param survivesSkip whether the state is written even if conditions that later links set do not hold
    Expr write(State state, Expr value, boolean survivesSkip) {
        if (!state.axes().containsAll(value.axes())) {
            throw new IllegalStateException("state " + state + " over " + state.axes() + " cannot take a value over "
                    + value.axes() + ": reduce it first");
        }
        if (passingEvent != null) {
            return value;
        }
        requireShared(state, value);
        Expr written = value;
        if (survivesSkip) {
            survivingSkip.put(state, List.copyOf(conditions));
            for (Condition condition : conditions.reversed()) {
                written = where(condition, written, new Before(state));
            }
        }
        After after = new After(state, written);
        if (writes.putIfAbsent(state, after) != null) {
            throw new IllegalStateException("state " + state + " is written twice in one step");
        }
        return after;
    }

    /// Refuses a new value of a shared number that would be another one for each parameter.
    private static void requireShared(State state, Expr value) {
        if (state.scope() == Scope.PARAMETER) {
            return;
        }
        visitBetweenTotals(value, expr -> {
            boolean isShared = switch (expr) {
                case Input input -> false;
                case Expr.Noise noise -> false;
                case Before before -> before.state.scope() != Scope.PARAMETER;
                default -> true;
            };
            if (!isShared) {
                throw new IllegalArgumentException(
                        "state " + state + " is shared by several parameters, so its new value"
                                + " cannot depend on a single one outside of a total");
            }
        });
    }

    /// The hyperparameters that all parameters must have in common that share a number: those that its initial and
    /// new values read outside of totals, by full name.
    public Set<String> sharedHyperparameters(State state) {
        Set<String> names = new TreeSet<>();
        Consumer<Expr> collect = expr -> {
            if (expr instanceof Hyper hyper) {
                names.add(hyper.name);
            }
        };
        visitBetweenTotals(state.initial(), collect);
        After after = writes.get(state);
        if (after != null) {
            visitBetweenTotals(after.value, collect);
        }
        return names;
    }

    private static void visitBetweenTotals(Expr root, Consumer<Expr> visitor) {
        Set<Expr> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Expr> open = new ArrayDeque<>(List.of(root));
        while (!open.isEmpty()) {
            Expr expr = open.pop();
            if (seen.add(expr)) {
                visitor.accept(expr);
                if (!(expr instanceof Expr.Total)) {
                    expr.operands().forEach(open::push);
                }
            }
        }
    }

    Expr hyper(Object place, String link, Class<?> rule, String name, double value) {
        Hyperparameters.requireComponent(rule, link, name);
        String qualified = link + "." + name;
        Declared<HyperUse> known = hypers.get(qualified);
        if (known == null) {
            Hyperparameters.of(rule, name).ifPresent(d -> setSymbol(qualified, d.symbol()));
            HyperUse use = Hyperparameters.of(rule, name)
                    .map(d -> new HyperUse(qualified, value, d.range(), d.what(), d.source()))
                    .orElseGet(() -> new HyperUse(qualified, value, Range.FINITE, "", ""));
            use.range().check(link, name, value);
            hypers.put(qualified, new Declared<>(place, use));
        } else {
            requireSamePlace(known, place, qualified);
            if (Double.compare(known.value.value, value) != 0) {
                throw new IllegalArgumentException(link + ": the hyperparameter \"" + name
                        + "\" must have one default in a step, got " + known.value.value + " and " + value);
            }
        }
        return new Hyper(qualified);
    }

    int nextTotal(Object place) {
        return totals.merge(place, 1, Integer::sum) - 1;
    }

    /// @param state the state that the action writes, `link.state`
    void afterStep(String state, Consumer<Step> action) {
        if (passingEvent != null) {
            return;
        }
        afterStep.add(finished -> {
            try {
                action.accept(finished);
            } catch (RuntimeException e) {
                throw failed(state.substring(0, state.indexOf('.')), e);
            }
        });
    }

    /// Records that a rule itself is called, and not only its parts by a wrapper.
    void called(String link, Rule rule) {
        calls.add(new Call(link, rule));
    }

    /// The exception to throw after a link failed: its own, with the name of the innermost link in front.
    RuntimeException failed(String link, RuntimeException e) {
        if (e != failure) {
            failure = named(link, e);
        }
        return Objects.requireNonNull(failure);
    }

    private static RuntimeException named(String link, RuntimeException e) {
        String message = e.getMessage();
        if (!(e instanceof IllegalArgumentException || e instanceof IllegalStateException) || message == null) {
            return new IllegalStateException(link + ": its code failed with " + e, e);
        }
        if (message.startsWith(link + ": ")
                || message.startsWith(link + " ")
                || message.contains('"' + link + '"')
                || message.contains(link + ".")) {
            return e;
        }
        String sentence = link + ": " + message;
        return e instanceof IllegalArgumentException
                ? new IllegalArgumentException(sentence, e)
                : new IllegalStateException(sentence, e);
    }

    void commitIf(Condition condition) {
        if (!condition.axes().isHost()) {
            throw new IllegalStateException(
                    "a step is committed on a host scalar, not per element over " + condition.axes());
        }
        (passingEvent == null ? conditions : guards).add(condition);
    }

    private static void requireSamePlace(Declared<?> known, Object place, String qualified) {
        if (!known.place.equals(place)) {
            String link = qualified.substring(0, qualified.indexOf('.'));
            throw new IllegalArgumentException("two links are called \"" + link + "\" (both have " + qualified
                    + "): give one of them a name of its own with named(\"…\")");
        }
    }
}
