package dev.gradus.expr;

import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Operation;
import dev.gradus.expr.Term.Symbol;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

final class Latex extends FormulaPrinter {
    private static final Map<String, String> GREEK = Symbols.GREEK.entrySet().stream()
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getValue, letter -> "\\" + letter.getKey()));

    private static final Map<String, String> FENCES = Map.of("‖", "\\|", "⌊", "\\lfloor ", "⌋", " \\rfloor");

    /// What is taller than a line, so that parentheses around it must grow.
    private static final List<String> TALL = List.of("\\frac", "\\sum", "\\left");

    @Override
    String block(List<Term> lines) {
        return lines.stream()
                .map(this::aligned)
                .collect(Collectors.joining(" \\\\\n  ", "\\begin{aligned}\n  ", "\n\\end{aligned}"));
    }

    private String aligned(Term line) {
        return line instanceof Operation(Operator operator, List<Term> sides) && operator == Operator.DEFINITION
                ? of(sides.getFirst()) + " &= " + of(sides.getLast())
                : "& " + of(line);
    }

    @Override
    String name(Symbol symbol) {
        if (symbol.name().equals("∞")) {
            return "\\infty";
        }
        return symbol.isWord()
                ? "\\mathrm{" + symbol.name().replaceAll("[_%#&$]", "\\\\$0") + "}"
                : GREEK.getOrDefault(symbol.name(), symbol.name());
    }

    @Override
    String decimal(String digits) {
        return digits;
    }

    @Override
    String accented(Accent accent, String nucleus) {
        String mark = switch (accent) {
            case HAT -> "\\hat";
            case BAR -> "\\bar";
            case TILDE -> "\\tilde";
        };
        return mark + "{" + nucleus + "}";
    }

    @Override
    String scripted(String nucleus, List<Term> subscripts, int primes, @Nullable Term exponent) {
        String below = subscripts.stream().map(this::script).collect(Collectors.joining(","));
        return nucleus
                + (below.isEmpty() ? "" : "_" + argument(below))
                + "'".repeat(primes)
                + (exponent == null ? "" : "^" + argument(script(exponent)));
    }

    @Override
    String tight(String text) {
        return text.replace(" + ", "+").replace(" - ", "-").replace(" / ", "/");
    }

    private static String argument(String text) {
        return text.matches(".|\\\\[A-Za-z]+") ? text : "{" + text + "}";
    }

    @Override
    String sign(Operator operator, boolean infix) {
        return infix ? " " + operator.latex() + " " : operator.latex();
    }

    @Override
    String function(Operator operator, List<Term> subscripts, String operands) {
        return scripted(operator.latex(), subscripts, 0, null) + operands;
    }

    @Override
    String series(List<Term> subscripts) {
        return scripted("\\sum", subscripts, 0, null) + " ";
    }

    @Override
    String fenced(String left, String content, String right) {
        boolean tall = TALL.stream().anyMatch(content::contains);
        String open = FENCES.getOrDefault(left, left);
        String close = FENCES.getOrDefault(right, right);
        return tall ? "\\left" + open.strip() + " " + content + " \\right" + close.strip() : open + content + close;
    }

    @Override
    String word(String text) {
        return "\\text{" + text + "}";
    }

    @Override
    String quotient(Term numerator, Term denominator) {
        return "\\frac{" + of(numerator) + "}{" + of(denominator) + "}";
    }

    @Override
    String root(Operator operator, Term radicand) {
        return operator.latex() + "{" + of(radicand) + "}";
    }

    @Override
    String times(Term left, Term right) {
        return isNumber(right) ? " \\cdot " : isWord(left) || isWord(right) ? " \\, " : " ";
    }

    @Override
    String cases(Operator operator, List<Term> operands) {
        StringBuilder cases = new StringBuilder("\\begin{cases} ");
        for (int i = 0; i + 1 < operands.size(); i += 2) {
            cases.append(of(operands.get(i)))
                    .append(" & \\text{if } ")
                    .append(of(operands.get(i + 1)))
                    .append(" \\\\ ");
        }
        return cases.append(of(operands.getLast()))
                .append(" & \\text{otherwise} \\end{cases}")
                .toString();
    }

    @Override
    String comma() {
        return ", ";
    }
}
