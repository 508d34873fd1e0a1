package dev.gradus.expr;

import dev.gradus.expr.Condition.Comparison;
import dev.gradus.expr.Expr.BinaryOp;
import dev.gradus.expr.Expr.Reduction;
import dev.gradus.expr.Expr.UnaryOp;
import dev.gradus.expr.Term.Binding;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The notation of every operation: the one table that the printers of all notations and the recognition of
/// operations in expression graphs read. A new operation is one line: its sign or name in Unicode, which plain text
/// and MathML show, the same in LaTeX, the method of [FormulaPrinter] that lays it out, and the operation of the
/// graph that it stands for, unless several nodes spell it out ([MathGraph] recognises those).
public enum Operator {
    /// Value, condition, value, condition, …, value otherwise.
    CASES(Binding.CASES, "", "", FormulaPrinter::cases),
    /// What must hold for the step to take place.
    ONLY_IF(Binding.CASES, "only if", "\\text{only if}", FormulaPrinter::onlyIf),
    DEFINITION(Binding.CASES, "=", "=", FormulaPrinter::definition),
    OR(Binding.OR, "or", "\\text{ or }", FormulaPrinter::infix),
    AND(Binding.AND, "and", "\\text{ and }", FormulaPrinter::infix),
    LESS(Binding.RELATION, "<", "<", FormulaPrinter::infix, Comparison.LESS),
    LESS_OR_EQUAL(Binding.RELATION, "≤", "\\le", FormulaPrinter::infix, Comparison.LESS_OR_EQUAL),
    GREATER(Binding.RELATION, ">", ">", FormulaPrinter::infix),
    GREATER_OR_EQUAL(Binding.RELATION, "≥", "\\ge", FormulaPrinter::infix),
    EQUAL(Binding.RELATION, "=", "=", FormulaPrinter::infix, Comparison.EQUAL),
    NOT_EQUAL(Binding.RELATION, "≠", "\\ne", FormulaPrinter::infix),
    SUM(Binding.SUM, "+", "+", FormulaPrinter::sum, BinaryOp.ADD),
    NEGATE(Binding.SUM, "−", "-", FormulaPrinter::negation, UnaryOp.NEGATE),
    /// The sum of a tensor's elements; may have subscripts.
    SERIES(Binding.SERIES, "∑", "\\sum", FormulaPrinter::series, Reduction.SUM),
    QUOTIENT(Binding.QUOTIENT, "/", "/", FormulaPrinter::quotient, BinaryOp.DIVIDE),
    PRODUCT(Binding.PRODUCT, "·", "\\cdot", FormulaPrinter::product, BinaryOp.MULTIPLY),
    MOD(Binding.SUM, "mod", "\\bmod", FormulaPrinter::remainder),
    ROOT(Binding.ROOT, "√", "\\sqrt", FormulaPrinter::root, UnaryOp.SQRT),
    CUBE_ROOT(Binding.ROOT, "∛", "\\sqrt[3]", FormulaPrinter::root, UnaryOp.CBRT),
    POWER(Binding.POWER, "^", "^", FormulaPrinter::power, BinaryOp.POWER),
    ABS(Binding.ATOM, "||", "||", FormulaPrinter::fence, UnaryOp.ABS),
    FLOOR(Binding.ATOM, "⌊⌋", "⌊⌋", FormulaPrinter::fence, UnaryOp.FLOOR),
    /// May have subscripts.
    NORM(Binding.ATOM, "‖‖", "‖‖", FormulaPrinter::norm),
    SIGN(Binding.ATOM, "sign", "\\operatorname{sign}", FormulaPrinter::function, UnaryOp.SIGN),
    EXP(Binding.ATOM, "exp", "\\exp", FormulaPrinter::function, UnaryOp.EXP),
    TANH(Binding.ATOM, "tanh", "\\tanh", FormulaPrinter::function, UnaryOp.TANH),
    LOG(Binding.ATOM, "log", "\\log", FormulaPrinter::function, UnaryOp.LOG),
    COS(Binding.ATOM, "cos", "\\cos", FormulaPrinter::function, UnaryOp.COS),
    MIN(Binding.ATOM, "min", "\\min", FormulaPrinter::function, BinaryOp.MIN),
    MAX(Binding.ATOM, "max", "\\max", FormulaPrinter::function, BinaryOp.MAX),
    CLIP(Binding.ATOM, "clip", "\\operatorname{clip}", FormulaPrinter::function),
    /// The first operand is the name of a function, the second its argument.
    APPLY(Binding.ATOM, "apply", "apply", FormulaPrinter::application),
    /// May have a subscript.
    SOFTPLUS(Binding.ATOM, "softplus", "\\operatorname{softplus}", FormulaPrinter::indexedFunction),
    /// May have subscripts.
    MEAN(Binding.ATOM, "mean", "\\operatorname{mean}", FormulaPrinter::indexedFunction),
    /// The root of the mean square; may have subscripts.
    RMS(Binding.ATOM, "RMS", "\\operatorname{RMS}", FormulaPrinter::indexedFunction),
    /// The largest of a tensor's elements; may have subscripts.
    LARGEST(Binding.ATOM, "max", "\\max", FormulaPrinter::indexedFunction, Reduction.MAX);

    /// How a printer lays out an operation.
    @FunctionalInterface
    interface Layout {
        String print(FormulaPrinter printer, Operator operator, List<Term> operands);
    }

    private static final Map<Enum<?>, Operator> IN_GRAPH = new HashMap<>();

    static {
        for (Operator operator : values()) {
            if (operator.inGraph != null) {
                IN_GRAPH.put(operator.inGraph, operator);
            }
        }
    }

    private final Binding binding;
    private final String sign;
    private final String latex;
    private final Layout layout;
    private final @Nullable Enum<?> inGraph;

    Operator(Binding binding, String sign, String latex, Layout layout) {
        this(binding, sign, latex, layout, null);
    }

    /// @param inGraph the [UnaryOp], [BinaryOp], [Reduction] or [Comparison] that it stands for
    Operator(Binding binding, String sign, String latex, Layout layout, @Nullable Enum<?> inGraph) {
        this.binding = binding;
        this.sign = sign;
        this.latex = latex;
        this.layout = layout;
        this.inGraph = inGraph;
    }

    /// The operator that stands for an operation of the graph.
    ///
    /// @throws IllegalArgumentException if the table has none
    static Operator of(Enum<?> inGraph) {
        Operator operator = IN_GRAPH.get(inGraph);
        if (operator == null) {
            throw new IllegalArgumentException(inGraph + " has no notation: add it to the table of operators");
        }
        return operator;
    }

    /// How tightly the operation binds its operands on one line.
    Binding binding() {
        return binding;
    }

    /// The sign, the function's name or the two fences in Unicode.
    String sign() {
        return sign;
    }

    /// The sign or the function's name in LaTeX.
    String latex() {
        return latex;
    }

    Layout layout() {
        return layout;
    }

    /// Whether the sign is a name in letters.
    boolean isNamed() {
        return !sign.isEmpty() && Character.isLetter(sign.codePointAt(0));
    }

    boolean isCondition() {
        return switch (binding) {
            case OR, AND, RELATION -> true;
            default -> false;
        };
    }

    /// The condition that holds exactly where this one, with its operands exchanged, does.
    Operator mirrored() {
        return switch (this) {
            case LESS -> GREATER;
            case LESS_OR_EQUAL -> GREATER_OR_EQUAL;
            case GREATER -> LESS;
            case GREATER_OR_EQUAL -> LESS_OR_EQUAL;
            default -> this;
        };
    }

    /// The condition that holds where this one does not.
    Operator negated() {
        return switch (this) {
            case LESS -> GREATER_OR_EQUAL;
            case LESS_OR_EQUAL -> GREATER;
            case GREATER -> LESS_OR_EQUAL;
            case GREATER_OR_EQUAL -> LESS;
            case EQUAL -> NOT_EQUAL;
            case NOT_EQUAL -> EQUAL;
            case AND -> OR;
            case OR -> AND;
            default -> throw new IllegalArgumentException(this + " is not a condition");
        };
    }
}
