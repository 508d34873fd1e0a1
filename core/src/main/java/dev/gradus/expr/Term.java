package dev.gradus.expr;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A formula as it is written on paper, before a [Notation] gives it marks on a page. Terms are plain trees;
/// [Equations] makes them from expression graphs.
public sealed interface Term {

    /// A letter or a word with its marks: `\hat{m}_t` is `m` with a hat and the subscript t.
    ///
    /// @param name a letter, in Unicode where it is Greek, or a word
    /// @param accents from the innermost to the outermost
    /// @param primes their number; primes distinguish symbols that are otherwise equal
    record Symbol(String name, List<Accent> accents, int primes, List<Term> subscripts) implements Term {
        public Symbol {
            accents = List.copyOf(accents);
            subscripts = List.copyOf(subscripts);
        }

        /// A letter or word without marks.
        public static Symbol of(String name) {
            return new Symbol(name, List.of(), 0, List.of());
        }

        /// Whether the name is a word, which is set upright, rather than a letter.
        public boolean isWord() {
            return name.codePointCount(0, name.length()) > 1;
        }

        public Symbol with(Accent accent) {
            return new Symbol(name, append(accents, accent), primes, subscripts);
        }

        /// This symbol with one more subscript.
        public Symbol at(Term subscript) {
            return new Symbol(name, accents, primes, append(subscripts, subscript));
        }

        Symbol primed(int count) {
            return new Symbol(name, accents, count, subscripts);
        }

        private static <T> List<T> append(List<T> list, T last) {
            return Stream.concat(list.stream(), Stream.of(last)).toList();
        }
    }

    /// A number without a sign: digits, possibly with a decimal point.
    record Decimal(String digits) implements Term {}

    /// An operation on other terms; [#of] brings it into the form in which it is usually written.
    record Operation(Operator operator, List<Term> operands) implements Term {
        public Operation {
            operands = List.copyOf(operands);
        }
    }

    /// A mark above a letter.
    enum Accent {
        HAT,
        BAR,
        TILDE
    }

    /// How tightly an operation on one line holds its operands together, loosest first.
    enum Binding {
        CASES,
        OR,
        AND,
        RELATION,
        SUM,
        SERIES,
        QUOTIENT,
        PRODUCT,
        ROOT,
        POWER,
        ATOM
    }

    /// An operation in the form in which it is usually written: sums and products without inner parentheses, signs
    /// in front of products and fractions, no fraction as the numerator of another, a choice in the last case of
    /// another as further cases.
    static Term of(Operator operator, Term... operands) {
        return of(operator, List.of(operands));
    }

    /// See [#of(Operator, Term...)].
    static Term of(Operator operator, List<Term> operands) {
        return switch (operator) {
            case SUM -> new Operation(operator, flat(operator, operands));
            case NEGATE -> negated(operands.getFirst());
            case PRODUCT, QUOTIENT -> signed(operator, operands);
            case CASES -> cases(operands);
            default -> new Operation(operator, operands);
        };
    }

    /// The shortest decimal that denotes the number; with a power of ten where that is easier to read.
    static Term number(double value) {
        if (value < 0) {
            return negated(number(-value));
        }
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Symbol.of(Double.isNaN(value) ? "NaN" : "∞");
        }
        BigDecimal decimal = new BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (value == 0 || exponent >= -4 && exponent < 7) {
            return new Decimal(decimal.toPlainString());
        }
        Term power = of(Operator.POWER, new Decimal("10"), number(exponent));
        BigDecimal mantissa = decimal.scaleByPowerOfTen(-exponent);
        return mantissa.compareTo(BigDecimal.ONE) == 0
                ? power
                : of(Operator.PRODUCT, new Decimal(mantissa.toPlainString()), power);
    }

    private static boolean is(Operator operator, Term term) {
        return term instanceof Operation operation && operation.operator == operator;
    }

    private static List<Term> operands(Term operation) {
        return ((Operation) operation).operands;
    }

    private static List<Term> flat(Operator operator, List<Term> operands) {
        List<Term> flat = new ArrayList<>();
        operands.forEach(term -> {
            if (is(operator, term)) {
                flat.addAll(operands(term));
            } else {
                flat.add(term);
            }
        });
        return flat;
    }

    private static Term negated(Term term) {
        return is(Operator.NEGATE, term) ? operands(term).getFirst() : new Operation(Operator.NEGATE, List.of(term));
    }

    private static Term signed(Operator operator, List<Term> operands) {
        boolean negative = false;
        List<Term> positive = new ArrayList<>();
        for (Term term : operands) {
            negative ^= is(Operator.NEGATE, term);
            positive.add(is(Operator.NEGATE, term) ? operands(term).getFirst() : term);
        }
        Term result = operator == Operator.PRODUCT
                ? new Operation(operator, flat(operator, positive))
                : quotient(positive.getFirst(), positive.getLast());
        return negative ? negated(result) : result;
    }

    private static Term quotient(Term numerator, Term denominator) {
        if (!is(Operator.QUOTIENT, numerator)) {
            return new Operation(Operator.QUOTIENT, List.of(numerator, denominator));
        }
        List<Term> inner = operands(numerator);
        return quotient(inner.getFirst(), of(Operator.PRODUCT, inner.getLast(), denominator));
    }

    private static Term cases(List<Term> operands) {
        Term otherwise = operands.getLast();
        if (!is(Operator.CASES, otherwise)) {
            return new Operation(Operator.CASES, operands);
        }
        List<Term> all = new ArrayList<>(operands.subList(0, operands.size() - 1));
        all.addAll(operands(otherwise));
        return new Operation(Operator.CASES, all);
    }
}
