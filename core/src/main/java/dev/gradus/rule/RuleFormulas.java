package dev.gradus.rule;

import dev.gradus.expr.Equations;
import dev.gradus.expr.Expr;
import dev.gradus.expr.Expr.Input;
import dev.gradus.expr.Notation;
import dev.gradus.expr.Term;
import dev.gradus.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// Prints a rule as the formulas of a paper.
public final class RuleFormulas {
    /// Of rank 4, so that links for convolutions alone take part.
    private static final Shape ANY = Shape.of(4, 3, 2, 2);

    private RuleFormulas() {}

    /// The formulas of a step, one line each: the states in the order in which the rule writes them, each after the
    /// values that it needs, and the parameter.
    public static List<String> lines(Rule rule, Notation notation) {
        return lines(rule, ANY, notation);
    }

    /// The formulas of a step for a parameter of the given shape, on which a rule's masks may depend.
    public static List<String> lines(Rule rule, Shape shape, Notation notation) {
        return terms(trace(rule, shape)).stream().map(notation::line).toList();
    }

    /// The formulas of a step as one piece, with their definitions aligned.
    public static String block(Rule rule, Notation notation) {
        return block(rule, ANY, notation);
    }

    /// The formulas of a step for a parameter of the given shape as one piece, with their definitions aligned.
    public static String block(Rule rule, Shape shape, Notation notation) {
        return notation.block(terms(trace(rule, shape)));
    }

    /// The formulas of a trace. The parameter has no line if the event leaves it unchanged.
    public static List<Term> terms(Trace trace) {
        List<Expr> definitions = new ArrayList<>(trace.writes().values());
        if (!(trace.theta() instanceof Input)) {
            definitions.add(trace.theta().named("theta"));
        }
        return Equations.of(trace.conditions(), definitions, trace.symbols());
    }

    private static Trace trace(Rule rule, Shape shape) {
        return Trace.of(rule, "parameter", shape);
    }
}
