package dev.gradus.expr;

import dev.gradus.expr.MathGraph.Given;
import dev.gradus.expr.MathGraph.Moment;
import dev.gradus.expr.MathGraph.Name;
import dev.gradus.expr.MathGraph.Node;
import dev.gradus.expr.MathGraph.Operation;
import dev.gradus.expr.MathGraph.Quantity;
import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Decimal;
import dev.gradus.expr.Term.Symbol;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Prints expressions as the equations of a paper, one line each.
///
/// Each state that is written, each value that has a name, each bias-corrected average (which gets a hat), each
/// choice between cases and each longer value that is used more than once has a line of its own, before the first
/// line that needs it. What changes from step to step has the subscript t, or t − 1 if it is a state before the
/// step; a state that does not start at zero has a line for what it starts at.
public final class Equations {
    /// The number of symbols and operations from which a value per element has a line of its own if it is used twice.
    private static final int LONG_TENSOR = 3;

    /// The same for a host scalar and for a tensor of reduced shape.
    private static final int LONG_NUMBER = 5;

    private static final int MAX_PRIMES = 2;

    /// A node's place in the text.
    private static final class Entry {
        final Node node;
        int uses;

        /// Whether it is an operand of something, rather than all that a line or a last case consists of.
        boolean nested;

        /// How many symbols and operations it takes to write.
        int length = 1;

        /// Its symbol, if it has one, and the subscript for the step.
        @Nullable
        Symbol symbol;

        @Nullable
        Term time;

        Entry(Node node) {
            this.node = node;
        }
    }

    private final Map<Node, Entry> entries = new IdentityHashMap<>();

    /// Every entry after those of its operands.
    private final List<Entry> order = new ArrayList<>();

    private final Map<Name, Symbol> quantities = new HashMap<>();

    /// The states that change.
    private final Set<Name> written = new HashSet<>();

    /// The symbols in use, with the number of quantities that claimed each.
    private final Map<Symbol, Integer> taken = new HashMap<>();

    /// The symbols that rules give to hyperparameters and states, by `link.name`.
    private final Map<String, String> symbols;

    private Equations(Map<String, String> symbols) {
        this.symbols = symbols;
    }

    /// The lines that define the given values and what they depend on.
    ///
    /// @param requirements the conditions under which the step is not skipped
    /// @param definitions states after the step and [named][Expr#named] values, in the order of their lines
    /// @return the lines of constants, then of requirements, then of the step
    public static List<Term> of(List<Condition> requirements, List<? extends Expr> definitions) {
        return of(requirements, definitions, Map.of());
    }

    /// The same, with symbols of their own for some hyperparameters and states.
    ///
    /// @param symbols by `link.name`, spelled like names: `beta1`, `theta_0`, `v_bar`
    public static List<Term> of(
            List<Condition> requirements, List<? extends Expr> definitions, Map<String, String> symbols) {
        MathGraph graph = new MathGraph();
        return new Equations(symbols)
                .lines(
                        requirements.stream().map(graph::node).toList(),
                        definitions.stream().map(graph::node).toList());
    }

    private List<Term> lines(List<Node> requirements, List<Node> definitions) {
        requirements.forEach(this::visit);
        definitions.forEach(this::visit);
        // The symbols of the parameter and of the gradient are free for definitions alone.
        definitions.stream().map(this::entry).forEach(this::nameAsAsked);
        List.of(MathGraph.PARAMETER, MathGraph.GRADIENT, MathGraph.STEP).forEach(this::unique);
        nameQuantities();

        List<Term> once = new ArrayList<>();
        List<Term> everyStep = new ArrayList<>();
        for (Entry entry : order) {
            decide(entry);
            if (entry.symbol != null && !entry.node.operands.isEmpty()) {
                Term left = at(entry.symbol, entry.time == MathGraph.LAST_STEP ? MathGraph.START : entry.time);
                Term right = body(entry.node);
                // A state may be called what it starts at, and its new value what the state is called.
                if (!left.equals(right)) {
                    (entry.time == MathGraph.STEP ? everyStep : once).add(Term.of(Operator.DEFINITION, left, right));
                }
            }
        }
        Stream<Term> conditions = requirements.stream().map(node -> Term.of(Operator.ONLY_IF, written(node)));
        return Stream.of(once.stream(), conditions, everyStep.stream())
                .flatMap(lines -> lines)
                .toList();
    }

    private Entry entry(Node node) {
        return entries.computeIfAbsent(node, Entry::new);
    }

    private void visit(Node node) {
        if (entries.containsKey(node)) {
            return;
        }
        Entry entry = entry(node);
        for (Node operand : node.operands) {
            visit(operand);
            boolean isLastCase = node.is(Operator.CASES) && operand == node.operands.getLast();
            entry(operand).uses++;
            entry(operand).nested |= node.kind instanceof Operation && !isLastCase;
        }
        order.add(entry);
    }

    /// Gives hyperparameters and states their standard symbols; where those of different links would look alike,
    /// the link's name becomes a subscript.
    private void nameQuantities() {
        List<Quantity> found = order.stream()
                .flatMap(entry -> entry.node.kind instanceof Quantity quantity ? Stream.of(quantity) : Stream.empty())
                .toList();
        Map<Symbol, Long> claims = found.stream()
                .map(Quantity::name)
                .distinct()
                .collect(Collectors.groupingBy(this::standard, Collectors.counting()));
        for (Quantity quantity : found) {
            quantities.computeIfAbsent(quantity.name(), name -> {
                Symbol standard = standard(name);
                boolean alone = name.link().isEmpty() || claims.getOrDefault(standard, 0L) == 1;
                return unique(alone ? standard : standard.at(Symbol.of(name.link())));
            });
            if (quantity.moment() == Moment.AFTER_STEP) {
                written.add(quantity.name());
            }
        }
        order.forEach(this::nameWrittenValue);
    }

    private Symbol standard(Name name) {
        return Symbols.of(symbols.getOrDefault(name.link() + "." + name.name(), name.name()));
    }

    /// Gives a state's symbol to its new value, if that is used elsewhere, too.
    private void nameWrittenValue(Entry entry) {
        if (entry.node.kind instanceof Quantity quantity && quantity.moment() == Moment.AFTER_STEP) {
            Entry value = entry(entry.node.operand(0));
            if (value.uses > 1
                    && value.symbol == null
                    && value.node.kind instanceof Operation
                    && value.node.name == null) {
                value.symbol = quantities.get(quantity.name());
                value.time = MathGraph.STEP;
            }
        }
    }

    /// Decides the symbol of a value, if it is to have one, after those of its operands.
    private void decide(Entry entry) {
        Node node = entry.node;
        if (entry.symbol != null) {
            return;
        }
        if (node.kind instanceof Given given) {
            entry.length = given.term() instanceof Decimal ? 0 : 1;
        } else if (node.kind instanceof Quantity quantity) {
            entry.symbol = quantities.get(quantity.name());
            entry.time = time(quantity);
        } else if (node.name != null) {
            nameAsAsked(entry);
        } else {
            entry.length = (node.is(Operator.NEGATE) ? 0 : 1)
                    + node.operands.stream()
                            .mapToInt(operand -> entry(operand).length)
                            .sum();
            Optional<Symbol> corrected = biasCorrected(node);
            if (corrected.isPresent()) {
                call(entry, corrected.get());
            } else if (deservesALine(entry)) {
                call(entry, invented(node));
            }
        }
    }

    private @Nullable Term time(Quantity quantity) {
        return switch (quantity.moment()) {
            case ALWAYS -> null;
            case BEFORE_STEP -> written.contains(quantity.name()) ? MathGraph.LAST_STEP : null;
            case AFTER_STEP -> MathGraph.STEP;
        };
    }

    private void nameAsAsked(Entry entry) {
        if (entry.node.name != null && entry.symbol == null) {
            call(entry, Symbols.of(entry.node.name));
        }
    }

    private void call(Entry entry, Symbol symbol) {
        entry.symbol = unique(symbol);
        entry.time = entry.node.varies ? MathGraph.STEP : null;
        entry.length = 1;
    }

    /// The symbol itself, or else with a prime, two primes, a number.
    private Symbol unique(Symbol symbol) {
        Symbol free = symbol;
        while (taken.containsKey(free)) {
            int earlier = taken.merge(symbol, 1, Integer::sum) - 1;
            free = earlier <= MAX_PRIMES ? symbol.primed(earlier) : symbol.at(Term.number(earlier + 1));
        }
        taken.put(free, 1);
        return free;
    }

    /// The symbol of `average / (1 − βᵗ)`.
    private Optional<Symbol> biasCorrected(Node node) {
        if (!node.is(Operator.QUOTIENT) || !isCorrection(node.operand(1))) {
            return Optional.empty();
        }
        Entry average = entry(node.operand(0));
        return average.node.operands.isEmpty()
                ? Optional.empty()
                : Optional.ofNullable(average.symbol).map(symbol -> symbol.with(Accent.HAT));
    }

    private static boolean isCorrection(Node node) {
        return node.is(Operator.SUM)
                && node.operand(0).isNumber(1)
                && node.operand(1).is(Operator.NEGATE)
                && node.operand(1).operand(0).is(Operator.POWER)
                && node.operand(1).operand(0).operand(1).isStepCount();
    }

    private static boolean deservesALine(Entry entry) {
        Node node = entry.node;
        if (node.kind instanceof Operation operation && operation.operator().isCondition()) {
            return false;
        }
        return node.is(Operator.CASES) && entry.nested
                || entry.uses > 1 && entry.length >= (node.axes.isFull() ? LONG_TENSOR : LONG_NUMBER);
    }

    private Symbol invented(Node node) {
        if (!node.axes.isFull()) {
            return Symbol.of(node.axes.isHost() ? "r" : "q");
        }
        return modified(node).map(symbol -> symbol.with(Accent.TILDE)).orElse(Symbol.of("u"));
    }

    /// The parameter's or the gradient's symbol if the node's value is that of the parameter or of the gradient
    /// with something added to it, or multiplied by something.
    private Optional<Symbol> modified(Node node) {
        Entry entry = entry(node);
        if (node.kind instanceof Given given && given.term() instanceof Symbol symbol) {
            return Optional.of(Symbol.of(symbol.name()));
        }
        if (entry.symbol != null) {
            boolean isModification = entry.symbol.accents().equals(List.of(Accent.TILDE));
            return isModification ? Optional.of(Symbol.of(entry.symbol.name())) : Optional.empty();
        }
        boolean keepsIt = node.is(Operator.SUM)
                || node.is(Operator.PRODUCT)
                || node.is(Operator.QUOTIENT) && !node.operand(1).axes.isFull();
        return keepsIt
                ? node.operands.stream()
                        .filter(operand -> operand.axes.isFull())
                        .findFirst()
                        .flatMap(this::modified)
                : Optional.empty();
    }

    private Term written(Node node) {
        Entry entry = entry(node);
        if (entry.symbol != null) {
            return at(entry.symbol, entry.time);
        }
        return node.kind instanceof Given given ? given.term() : body(node);
    }

    private Term body(Node node) {
        List<Term> operands = node.operands.stream().map(this::written).toList();
        return node.kind instanceof Operation operation ? Term.of(operation.operator(), operands) : operands.getFirst();
    }

    private static Term at(Symbol symbol, @Nullable Term time) {
        return time == null ? symbol : symbol.at(time);
    }
}
