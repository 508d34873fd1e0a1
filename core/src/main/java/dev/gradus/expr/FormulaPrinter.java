package dev.gradus.expr;

import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Binding;
import dev.gradus.expr.Term.Decimal;
import dev.gradus.expr.Term.Operation;
import dev.gradus.expr.Term.Symbol;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Prints a term: order, signs and parentheses, which all notations share, by the layouts that [Operator] names. A
/// notation says how the marks look.
abstract class FormulaPrinter {

    /// A formula by itself.
    String line(Term term) {
        return of(term);
    }

    abstract String block(List<Term> lines);

    abstract String name(Symbol symbol);

    abstract String decimal(String digits);

    abstract String accented(Accent accent, String nucleus);

    /// @param primes their number; 0 if there is an exponent
    abstract String scripted(String nucleus, List<Term> subscripts, int primes, @Nullable Term exponent);

    /// The sign of an operation between, or a minus in front of, its operands.
    abstract String sign(Operator operator, boolean infix);

    abstract String function(Operator operator, List<Term> subscripts, String operands);

    abstract String series(List<Term> subscripts);

    abstract String fenced(String left, String content, String right);

    /// What separates the arguments of a function.
    abstract String comma();

    /// A word of running text.
    abstract String word(String text);

    abstract String quotient(Term numerator, Term denominator);

    abstract String root(Operator operator, Term radicand);

    /// What stands between two factors.
    abstract String times(Term left, Term right);

    /// @param operands value, condition, …, value otherwise
    abstract String cases(Operator operator, List<Term> operands);

    /// Removes the space around signs.
    abstract String tight(String text);

    /// Groups content into one unit.
    String row(String content) {
        return content;
    }

    /// An equal term that suits the notation better.
    Term arranged(Term term) {
        return term;
    }

    /// How tightly an operation holds its operands together: fractions and roots show by themselves where they end,
    /// unless a notation has to keep to the line.
    Binding binding(Operator operator) {
        return switch (operator) {
            case QUOTIENT, ROOT, CUBE_ROOT -> Binding.POWER;
            default -> operator.binding();
        };
    }

    final String of(Term term) {
        return switch (arranged(term)) {
            case Symbol symbol -> scripted(nucleus(symbol), symbol.subscripts(), symbol.primes(), null);
            case Decimal decimal -> decimal(decimal.digits());
            case Operation operation ->
                operation.operator().layout().print(this, operation.operator(), operation.operands());
        };
    }

    /// A term within another, in parentheses unless it holds together at least as tightly as required.
    final String operand(Term term, Binding required) {
        return binding(term).compareTo(required) < 0 ? fenced("(", of(term), ")") : of(term);
    }

    private Binding binding(Term term) {
        return switch (arranged(term)) {
            case Symbol symbol -> symbol.primes() == 0 ? Binding.ATOM : Binding.POWER;
            case Decimal ignored -> Binding.ATOM;
            case Operation operation when endsInSeries(operation) -> Binding.SERIES;
            case Operation operation -> binding(operation.operator());
        };
    }

    /// Whether a product ends in a sum of elements, which takes in all that follows.
    private static boolean endsInSeries(Operation operation) {
        return operation.operator() == Operator.PRODUCT
                && operation.operands().getLast() instanceof Operation last
                && last.operator() == Operator.SERIES;
    }

    /// Conditions, with their sign between operands.
    final String infix(Operator operator, List<Term> operands) {
        return row(operands.stream()
                .map(operand -> operand(operand, binding(operator)))
                .collect(Collectors.joining(sign(operator, true))));
    }

    final String onlyIf(Operator operator, List<Term> operands) {
        return row(word(operator.sign() + " ") + of(operands.getFirst()));
    }

    final String definition(Operator operator, List<Term> sides) {
        return row(of(sides.getFirst()) + sign(operator, true) + of(sides.getLast()));
    }

    final String remainder(Operator operator, List<Term> operands) {
        return row(operand(operands.getFirst(), Binding.PRODUCT)
                + sign(operator, true)
                + operand(operands.getLast(), Binding.ROOT));
    }

    final String sum(Operator operator, List<Term> terms) {
        StringBuilder sum = new StringBuilder(operand(terms.getFirst(), Binding.SUM));
        for (Term term : terms.subList(1, terms.size())) {
            if (term instanceof Operation(Operator sign, List<Term> negated) && sign == Operator.NEGATE) {
                sum.append(sign(sign, true)).append(operand(negated.getFirst(), Binding.SERIES));
            } else {
                sum.append(sign(operator, true)).append(operand(term, Binding.SERIES));
            }
        }
        return row(sum.toString());
    }

    final String negation(Operator operator, List<Term> operands) {
        return row(sign(operator, false) + operand(operands.getFirst(), Binding.SERIES));
    }

    final String product(Operator operator, List<Term> factors) {
        StringBuilder product = new StringBuilder();
        for (int i = 0; i < factors.size() - 1; i++) {
            product.append(operand(factors.get(i), Binding.PRODUCT)).append(times(factors.get(i), factors.get(i + 1)));
        }
        return row(product.append(operand(factors.getLast(), Binding.SERIES)).toString());
    }

    final String quotient(Operator operator, List<Term> operands) {
        return quotient(operands.getFirst(), operands.getLast());
    }

    final String root(Operator operator, List<Term> operands) {
        return root(operator, operands.getFirst());
    }

    final String power(Operator operator, List<Term> operands) {
        return power(operands.getFirst(), operands.getLast());
    }

    final String series(Operator operator, List<Term> operands) {
        return row(series(subscripts(operands)) + operand(operands.getFirst(), Binding.SERIES));
    }

    /// Between the two fences that the operator's sign consists of.
    final String fence(Operator operator, List<Term> operands) {
        String fences = operator.sign();
        return fenced(fences.substring(0, 1), of(operands.getFirst()), fences.substring(1));
    }

    final String norm(Operator operator, List<Term> operands) {
        return scripted(fence(operator, operands), subscripts(operands), 0, null);
    }

    /// A function's name with all operands as its arguments.
    final String function(Operator operator, List<Term> operands) {
        return function(operator, List.of(), fenced("(", list(operands), ")"));
    }

    /// A function of the first operand, with the other operands as subscripts of its name.
    final String indexedFunction(Operator operator, List<Term> operands) {
        return function(operator, subscripts(operands), fenced("(", of(operands.getFirst()), ")"));
    }

    /// A function, whose name is the first operand, of the second.
    final String application(Operator operator, List<Term> operands) {
        return of(operands.getFirst()) + fenced("(", of(operands.getLast()), ")");
    }

    private static List<Term> subscripts(List<Term> operands) {
        return operands.subList(1, operands.size());
    }

    /// Whether a factor must be kept apart from a number in front of it.
    static boolean isNumber(Term factor) {
        return factor instanceof Decimal
                || factor instanceof Operation(Operator operator, List<Term> operands)
                        && operator == Operator.POWER
                        && isNumber(operands.getFirst());
    }

    /// Whether a factor must be kept apart from its neighbours lest their letters run together.
    static boolean isWord(Term factor) {
        return factor instanceof Symbol symbol && symbol.isWord();
    }

    private String power(Term base, Term exponent) {
        if (base instanceof Symbol symbol && symbol.primes() == 0) {
            return scripted(nucleus(symbol), symbol.subscripts(), 0, exponent);
        }
        if (base instanceof Operation(Operator operator, List<Term> operands) && operator == Operator.NORM) {
            return scripted(fence(operator, operands), subscripts(operands), 0, exponent);
        }
        return scripted(operand(base, Binding.ATOM), List.of(), 0, exponent);
    }

    /// Small print is set tight, with fractions on the line.
    final String script(Term term) {
        return tight(
                term instanceof Operation(Operator operator, List<Term> parts) && operator == Operator.QUOTIENT
                        ? row(operand(parts.getFirst(), Binding.PRODUCT)
                                + sign(operator, true)
                                + operand(parts.getLast(), Binding.ROOT))
                        : of(term));
    }

    private String list(List<Term> terms) {
        return terms.stream().map(this::of).collect(Collectors.joining(comma()));
    }

    private String nucleus(Symbol symbol) {
        String nucleus = name(symbol);
        for (Accent accent : symbol.accents()) {
            nucleus = accented(accent, nucleus);
        }
        return nucleus;
    }
}
