package dev.gradus.expr;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A formula as it is written on paper, before a [Notation] gives it marks on a page. Terms are plain trees; a
/// [Transcript] makes them from expression graphs.
public sealed interface Term {

    /// A letter or a word with its marks: `\hat{m}_t` is `m` with a hat and the subscript t.
    ///
    /// @param name a letter, in Unicode where it is Greek, or a word
    /// @param accents from the innermost to the outermost
    /// @param primes how many; they tell apart symbols that are otherwise alike
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

    /// What a term may be made of. Operators whose operand may be followed by a subscript say so.
    enum Operator {
        /// Value, condition, value, condition, …, value otherwise.
        CASES(Binding.CASES, ""),
        /// What must hold for the step to take place.
        ONLY_IF(Binding.CASES, ""),
        DEFINITION(Binding.CASES, "="),
        OR(Binding.OR, "or"),
        AND(Binding.AND, "and"),
        LESS(Binding.RELATION, "<"),
        LESS_OR_EQUAL(Binding.RELATION, "≤"),
        GREATER(Binding.RELATION, ">"),
        GREATER_OR_EQUAL(Binding.RELATION, "≥"),
        EQUAL(Binding.RELATION, "="),
        NOT_EQUAL(Binding.RELATION, "≠"),
        SUM(Binding.SUM, "+"),
        NEGATE(Binding.SUM, "−"),
        /// The sum of what a tensor's elements give; may have a subscript.
        SERIES(Binding.SERIES, "∑"),
        QUOTIENT(Binding.QUOTIENT, "/"),
        PRODUCT(Binding.PRODUCT, "·"),
        MOD(Binding.SUM, "mod"),
        ROOT(Binding.ROOT, "√"),
        CUBE_ROOT(Binding.ROOT, "∛"),
        POWER(Binding.POWER, "^"),
        ABS(Binding.ATOM, "|"),
        FLOOR(Binding.ATOM, "⌊"),
        /// May have a subscript.
        NORM(Binding.ATOM, "‖"),
        SIGN(Binding.ATOM, "sign"),
        EXP(Binding.ATOM, "exp"),
        LOG(Binding.ATOM, "log"),
        COS(Binding.ATOM, "cos"),
        MIN(Binding.ATOM, "min"),
        MAX(Binding.ATOM, "max"),
        CLIP(Binding.ATOM, "clip"),
        /// The first operand is the name of a function, the second what it is applied to.
        APPLY(Binding.ATOM, "apply"),
        /// May have a subscript.
        SOFTPLUS(Binding.ATOM, "softplus"),
        /// May have a subscript.
        MEAN(Binding.ATOM, "mean"),
        /// The root of the mean square; may have a subscript.
        RMS(Binding.ATOM, "RMS"),
        /// The largest of a tensor's elements; may have a subscript.
        LARGEST(Binding.ATOM, "max");

        private final Binding binding;
        private final String sign;

        Operator(Binding binding, String sign) {
            this.binding = binding;
            this.sign = sign;
        }

        Binding binding() {
            return binding;
        }

        /// The operator's sign or the function's name.
        String sign() {
            return sign;
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
