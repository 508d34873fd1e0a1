package dev.gradus.expr;

import dev.gradus.expr.Condition.Both;
import dev.gradus.expr.Condition.Compare;
import dev.gradus.expr.Condition.Not;
import dev.gradus.expr.Expr.After;
import dev.gradus.expr.Expr.Before;
import dev.gradus.expr.Expr.Binary;
import dev.gradus.expr.Expr.Constant;
import dev.gradus.expr.Expr.Hyper;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Expr.Named;
import dev.gradus.expr.Expr.Noise;
import dev.gradus.expr.Expr.Reduce;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Expr.Size;
import dev.gradus.expr.Expr.Source;
import dev.gradus.expr.Expr.StepCount;
import dev.gradus.expr.Expr.Total;
import dev.gradus.expr.Expr.Transform;
import dev.gradus.expr.Expr.Unary;
import dev.gradus.expr.Expr.Where;
import dev.gradus.expr.Term.Decimal;
import dev.gradus.expr.Term.Symbol;
import dev.gradus.tensor.Axes;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// An expression graph in the operations of mathematics: the nodes that spell out a norm, a square or a mean become
/// one node. Equal expressions become one node, even if they were several objects, so that nodes are compared by
/// identity.
final class MathGraph {
    /// The step number and the parameter's symbols, which no other quantity may have.
    static final Symbol STEP = Symbol.of("t");

    static final Symbol PARAMETER = Symbol.of("θ");
    static final Symbol GRADIENT = Symbol.of("g");

    static final Term START = Term.number(0);
    static final Term LAST_STEP = Term.of(Operator.SUM, STEP, Term.number(-1));

    /// The name of a hyperparameter or state, in the two parts of `link.name`; the learning rate has no link.
    record Name(String link, String name, boolean ofState) {
        static Name of(String qualified, boolean ofState) {
            int dot = qualified.lastIndexOf('.');
            return new Name(qualified.substring(0, Math.max(dot, 0)), qualified.substring(dot + 1), ofState);
        }
    }

    /// The moment of a quantity's value.
    enum Moment {
        ALWAYS,
        BEFORE_STEP,
        AFTER_STEP
    }

    /// What a node is: an operation, a term, a hyperparameter or state, or another name for its only operand.
    sealed interface Kind {}

    record Operation(Operator operator) implements Kind {}

    record Given(Term term) implements Kind {}

    /// A hyperparameter or a state; a state's node has what defines it as its operand, if anything does.
    record Quantity(Name name, Moment moment) implements Kind {}

    record Alias(String of) implements Kind {}

    /// One distinct value.
    static final class Node {
        final Kind kind;
        final List<Node> operands;
        final Axes axes;

        /// Whether the value changes from step to step.
        final boolean varies;

        /// The name that the rule gave to the value.
        @Nullable
        String name;

        private Node(Kind kind, List<Node> operands, Axes axes, boolean varies) {
            this.kind = kind;
            this.operands = operands;
            this.axes = axes;
            this.varies = varies;
        }

        boolean is(Operator operator) {
            return kind instanceof Operation operation && operation.operator == operator;
        }

        Node operand(int index) {
            return operands.get(index);
        }

        boolean isNumber(double value) {
            return kind instanceof Given given && given.term.equals(Term.number(value));
        }

        boolean isStepCount() {
            return kind instanceof Given given
                    && given.term instanceof Symbol symbol
                    && symbol.name().equals(STEP.name());
        }
    }

    private final Map<Expr, Node> nodes = new IdentityHashMap<>();
    private final Map<List<Object>, Node> distinct = new HashMap<>();
    private final Node one = given(Term.number(1));
    private final Node two = given(Term.number(2));
    private final Node zero = given(Term.number(0));

    Node node(Expr expr) {
        Node known = nodes.get(expr);
        if (known == null) {
            known = recognized(expr);
            nodes.put(expr, known);
        }
        return known;
    }

    Node node(Condition condition) {
        return switch (condition) {
            case Compare compare -> comparison(compare, node(compare.left), node(compare.right));
            case Both both -> operation(Operator.AND, Axes.HOST, node(both.left), node(both.right));
            case Not not -> negated(node(not.of));
        };
    }

    private Node recognized(Expr expr) {
        return switch (expr) {
            case Constant constant -> constant(constant.value);
            case Hyper hyper -> leaf(new Quantity(Name.of(hyper.name, false), Moment.ALWAYS), Axes.HOST, false);
            case StepCount count -> leaf(new Given(Symbols.of(count.clock.symbol())), Axes.HOST, true);
            case Size size -> size(size.of);
            case Input input -> input(input);
            case Before before -> before(before.state);
            case After after ->
                distinct(
                        new Quantity(Name.of(after.state.name(), true), Moment.AFTER_STEP),
                        List.of(node(after.value)),
                        after.axes(),
                        true);
            case Unary unary -> unary(unary, node(unary.of));
            case Binary binary -> binary(binary, node(binary.left), node(binary.right));
            case Noise noise -> leaf(new Given(Symbol.of("xi").at(STEP)), noise.axes(), true);
            case Where where ->
                operation(Operator.CASES, where.axes(), node(where.then), node(where.condition), node(where.otherwise));
            case Reduce reduce -> reduction(reduce, node(reduce.of), scope(reduce.axes()));
            case Total total -> total(total, node(total.of));
            case Transform transform ->
                operation(
                        Operator.APPLY,
                        transform.axes(),
                        given(Symbol.of(transform.function.name())),
                        node(transform.of));
            case Named named -> named(named.symbol, node(named.of));
        };
    }

    private Node input(Input input) {
        Symbol symbol = switch (input.source) {
            case THETA -> PARAMETER.at(LAST_STEP);
            case INITIAL_THETA -> PARAMETER.at(START);
            case GRADIENT -> GRADIENT.at(STEP);
        };
        return leaf(new Given(symbol), input.axes(), input.source != Source.INITIAL_THETA);
    }

    /// A state before the step is defined by its initial value; zero has no line.
    private Node before(State state) {
        Node initial = node(state.initial());
        List<Node> definition = initial == zero ? List.of() : List.of(initial);
        return distinct(new Quantity(Name.of(state.name(), true), Moment.BEFORE_STEP), definition, state.axes(), true);
    }

    private Node named(String name, Node value) {
        if (name.equals(value.name)) {
            return value;
        }
        if (!(value.kind instanceof Operation) || value.name != null) {
            Node alias = distinct(new Alias(name), List.of(value), value.axes, value.varies);
            alias.name = name;
            return alias;
        }
        value.name = name;
        return value;
    }

    private Node unary(Unary unary, Node of) {
        Axes axes = unary.axes();
        return switch (unary.op) {
            case SQRT -> root(of, axes);
            case LOG1P -> operation(Operator.LOG, axes, operation(Operator.SUM, axes, one, of));
            default -> operation(Operator.of(unary.op), axes, of);
        };
    }

    private Node root(Node of, Axes axes) {
        if (isSquare(of) && of.operand(0).is(Operator.NORM)) {
            return of.operand(0);
        }
        if (of.is(Operator.MEAN) && isSquare(of.operand(0))) {
            return reduction(Operator.RMS, axes, of.operand(0).operand(0), scope(of));
        }
        return operation(Operator.ROOT, axes, of);
    }

    private Node binary(Binary binary, Node left, Node right) {
        Axes axes = binary.axes();
        return switch (binary.op) {
            case SUBTRACT ->
                isMultipleWithin(left, right)
                        ? operation(Operator.MOD, axes, left, right.operand(0))
                        : operation(Operator.SUM, axes, left, operation(Operator.NEGATE, axes, right));
            case MULTIPLY -> product(left, right, axes);
            case DIVIDE -> quotient(binary, left, right);
            case MAX ->
                left.is(Operator.MIN)
                        ? operation(Operator.CLIP, axes, left.operand(0), right, left.operand(1))
                        : operation(Operator.MAX, axes, left, right);
            default -> operation(Operator.of(binary.op), axes, left, right);
        };
    }

    /// Whether `right` is `n·⌊left/n⌋`, which leaves `left mod n` when it is subtracted.
    private boolean isMultipleWithin(Node left, Node right) {
        return right.is(Operator.PRODUCT)
                && right.operand(1).is(Operator.FLOOR)
                && right.operand(1).operand(0) == operation(Operator.QUOTIENT, right.axes, left, right.operand(0));
    }

    private Node product(Node left, Node right, Axes axes) {
        if (left == right) {
            return operation(Operator.POWER, axes, left, two);
        }
        return place(left) > place(right)
                ? operation(Operator.PRODUCT, axes, right, left)
                : operation(Operator.PRODUCT, axes, left, right);
    }

    /// The order of factors: literals, host scalars with sums last, tensors of reduced shape, tensors.
    private static int place(Node factor) {
        boolean isLiteral = factor.kind instanceof Given given && given.term instanceof Decimal;
        if (factor.axes.isHost()) {
            return isLiteral ? 0 : factor.is(Operator.SERIES) ? 2 : 1;
        }
        return factor.axes.isFull() ? 4 : 3;
    }

    private Node quotient(Binary binary, Node left, Node right) {
        Node z = left.is(Operator.SUM) ? left.operand(0) : left;
        if (z.is(Operator.MAX) && left == softplus(z.operand(0), z.axes) && isProduct(right, z.operand(0))) {
            return operation(Operator.SOFTPLUS, binary.axes(), z.operand(0).operand(1), right);
        }
        if (binary.left instanceof Reduce sum && right == count(sum.of.axes(), sum.axes())) {
            if (sum.reduction == Reduction.SUM) {
                return reduction(Operator.MEAN, sum.axes(), left.operand(0), scope(left));
            }
            if (sum.reduction == Reduction.SUM_OF_SQUARES) {
                Node x = left.operand(0).operand(0);
                return reduction(Operator.MEAN, sum.axes(), square(x), scope(sum.axes()));
            }
        }
        return operation(Operator.QUOTIENT, binary.axes(), left, right);
    }

    private static boolean isProduct(Node factor, Node product) {
        return product.is(Operator.PRODUCT) && product.operand(0) == factor;
    }

    /// `ln(1 + exp(z))` in the form that does not overflow.
    private Node softplus(Node z, Axes axes) {
        Node small = operation(Operator.EXP, axes, operation(Operator.NEGATE, axes, operation(Operator.ABS, axes, z)));
        return operation(
                Operator.SUM,
                axes,
                operation(Operator.MAX, axes, z, zero),
                operation(Operator.LOG, axes, operation(Operator.SUM, axes, one, small)));
    }

    private Node count(Axes of, Axes kept) {
        return kept.isHost() ? size(of) : operation(Operator.QUOTIENT, Axes.HOST, size(of), size(kept));
    }

    private Node size(Axes of) {
        Symbol size = Symbol.of("size");
        for (Node axis : scope(of).toList()) {
            size = size.at(((Given) axis.kind).term);
        }
        return given(size);
    }

    private Node reduction(Reduce reduce, Node of, Stream<Node> scope) {
        return switch (reduce.reduction) {
            case SUM_OF_SQUARES ->
                square(reduction(Operator.NORM, reduce.axes(), of, reduce.isHost() ? Stream.of(two) : scope));
            case SUM, MAX -> reduction(Operator.of(reduce.reduction), reduce.axes(), of, scope);
        };
    }

    /// A sum over all parameters of what is already a sum over a parameter's elements is one sum.
    private Node total(Total total, Node of) {
        Node global = given(Symbol.of("global"));
        if (total.reduction == Reduction.SUM && isSquare(of) && of.operand(0).is(Operator.NORM)) {
            return square(operation(Operator.NORM, Axes.HOST, of.operand(0).operand(0), global));
        }
        Operator operator = Operator.of(total.reduction);
        return operation(operator, Axes.HOST, of.is(operator) ? of.operand(0) : of, global);
    }

    /// The subscripts of a reduction: which axes are left, if any; 0 is the outermost.
    private Stream<Node> scope(Axes kept) {
        if (kept.isHost() || kept.isFull()) {
            return Stream.empty();
        }
        List<Integer> axes = kept.toList();
        if (axes.equals(List.of(0))) {
            return Stream.of(given(Symbol.of("row")));
        }
        if (kept.rank() == 2) {
            return Stream.of(given(Symbol.of("col")));
        }
        return axes.stream().map(axis -> given(Term.number(axis)));
    }

    private static Stream<Node> scope(Node reduction) {
        return reduction.operands.stream().skip(1);
    }

    private Node reduction(Operator operator, Axes axes, Node of, Stream<Node> scope) {
        return operation(operator, axes, Stream.concat(Stream.of(of), scope).toArray(Node[]::new));
    }

    private Node comparison(Compare compare, Node left, Node right) {
        Operator operator = Operator.of(compare.comparison);
        if (operator == Operator.EQUAL && right == zero && cancels(left)) {
            return operation(
                    Operator.LESS,
                    Axes.HOST,
                    operation(Operator.ABS, left.axes, left.operand(0)),
                    given(Term.number(Double.POSITIVE_INFINITY)));
        }
        // What is compared comes first, what it is compared with second.
        return !left.varies && right.varies
                ? operation(operator.mirrored(), Axes.HOST, right, left)
                : operation(operator, Axes.HOST, left, right);
    }

    /// Whether a node is `x − x`, which is 0 for finite x only.
    private static boolean cancels(Node node) {
        return node.is(Operator.SUM)
                && node.operand(1).is(Operator.NEGATE)
                && node.operand(1).operand(0) == node.operand(0);
    }

    private Node negated(Node condition) {
        Operator operator = ((Operation) condition.kind).operator;
        Node left = condition.operand(0);
        Node right = condition.operand(1);
        boolean compound = operator == Operator.AND || operator == Operator.OR;
        return operation(
                operator.negated(), Axes.HOST, compound ? negated(left) : left, compound ? negated(right) : right);
    }

    private Node square(Node x) {
        return operation(Operator.POWER, x.axes, x, two);
    }

    private boolean isSquare(Node node) {
        return node.is(Operator.POWER) && node.operand(1) == two;
    }

    private Node constant(double value) {
        return value < 0 ? operation(Operator.NEGATE, Axes.HOST, constant(-value)) : given(Term.number(value));
    }

    private Node given(Term term) {
        return leaf(new Given(term), Axes.HOST, false);
    }

    private Node leaf(Kind kind, Axes axes, boolean varies) {
        return distinct(kind, List.of(), axes, varies);
    }

    private Node operation(Operator operator, Axes axes, Node... operands) {
        return distinct(
                new Operation(operator),
                List.of(operands),
                axes,
                Stream.of(operands).anyMatch(operand -> operand.varies));
    }

    private Node distinct(Kind kind, List<Node> operands, Axes axes, boolean varies) {
        return distinct.computeIfAbsent(List.of(kind, operands), key -> new Node(kind, operands, axes, varies));
    }
}
