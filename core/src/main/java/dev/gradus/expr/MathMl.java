package dev.gradus.expr;

import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Operation;
import dev.gradus.expr.Term.Symbol;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// MathML Core. Every term is exactly one element, so that it can be an argument of `mfrac` and the like.
final class MathMl extends FormulaPrinter {
    private static final String TIMES = "<mo>&#x2062;</mo>";
    private static final String APPLY = "<mo>&#x2061;</mo>";
    private static final String THIN_SPACE = "<mspace width=\"0.167em\"/>";

    private static final String LEFT = "text-align: left";

    /// Chromium lays formulas out as blocks, which text-align moves only in this form.
    private static final String RIGHT = "text-align: right; text-align: -webkit-right";

    private static final String CLOSE = "; padding-left: 0; padding-right: 0";

    /// What is taller than a line, so that parentheses around it must grow.
    private static final List<String> TALL = List.of("<mfrac>", "<mo>∑</mo>");

    @Override
    String line(Term term) {
        return "<math display=\"block\">" + of(term) + "</math>";
    }

    @Override
    String block(List<Term> lines) {
        return lines.stream()
                .map(this::aligned)
                .collect(Collectors.joining(
                        "\n", "<math display=\"block\"><mtable displaystyle=\"true\">\n", "\n</mtable></math>"));
    }

    private String aligned(Term line) {
        if (line instanceof Operation(Operator operator, List<Term> sides) && operator == Operator.DEFINITION) {
            String right = row("<mo form=\"infix\">=</mo>" + of(sides.getLast()));
            return cells(RIGHT + CLOSE, of(sides.getFirst()), LEFT + CLOSE, right);
        }
        return cells(RIGHT, "", LEFT + CLOSE, of(line));
    }

    private static String cells(String leftStyle, String left, String rightStyle, String right) {
        return "<mtr><mtd style=\"" + leftStyle + "\">" + left + "</mtd><mtd style=\"" + rightStyle + "\">" + right
                + "</mtd></mtr>";
    }

    @Override
    String row(String content) {
        return "<mrow>" + content + "</mrow>";
    }

    @Override
    String name(Symbol symbol) {
        return "<mi>" + escaped(symbol.name()) + "</mi>";
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    @Override
    String decimal(String digits) {
        return "<mn>" + digits + "</mn>";
    }

    @Override
    String accented(Accent accent, String nucleus) {
        String mark = switch (accent) {
            case HAT -> "ˆ";
            case BAR -> "¯";
            case TILDE -> "˜";
        };
        return "<mover accent=\"true\">" + nucleus + "<mo stretchy=\"false\">" + mark + "</mo></mover>";
    }

    @Override
    String scripted(String nucleus, List<Term> subscripts, int primes, @Nullable Term exponent) {
        String below = scripts(subscripts);
        String above = exponent == null ? "<mo>" + "′".repeat(primes) + "</mo>" : script(exponent);
        boolean raised = exponent != null || primes > 0;
        if (subscripts.isEmpty()) {
            return raised ? "<msup>" + nucleus + above + "</msup>" : nucleus;
        }
        return raised ? "<msubsup>" + nucleus + below + above + "</msubsup>" : "<msub>" + nucleus + below + "</msub>";
    }

    private String scripts(List<Term> terms) {
        String scripts = terms.stream().map(this::script).collect(Collectors.joining(comma()));
        return terms.size() == 1 ? scripts : row(scripts);
    }

    @Override
    String tight(String text) {
        return text.replaceAll("<mo>([+−/])</mo>", "<mo lspace=\"0\" rspace=\"0\">$1</mo>");
    }

    @Override
    String sign(Operator operator, boolean infix) {
        return switch (operator) {
            case OR, AND -> word(" " + operator.sign() + " ");
            default -> "<mo>" + escaped(operator.sign()) + "</mo>";
        };
    }

    @Override
    String function(Operator operator, List<Term> subscripts, String operands) {
        return row(scripted("<mi>" + operator.sign() + "</mi>", subscripts, 0, null) + APPLY + operands);
    }

    @Override
    String series(List<Term> subscripts) {
        String sign = "<mo>∑</mo>";
        return subscripts.isEmpty() ? sign : "<munder>" + sign + scripts(subscripts) + "</munder>";
    }

    @Override
    String fenced(String left, String content, String right) {
        boolean tall = TALL.stream().anyMatch(content::contains);
        return row("<mo form=\"prefix\" stretchy=\"" + tall + "\">" + left + "</mo>" + content
                + "<mo form=\"postfix\" stretchy=\"" + tall + "\">" + right + "</mo>");
    }

    @Override
    String word(String text) {
        // Spaces at the ends of an element are dropped.
        return "<mtext>" + text.replace(' ', '\u00a0') + "</mtext>";
    }

    @Override
    String quotient(Term numerator, Term denominator) {
        return "<mfrac>" + of(numerator) + of(denominator) + "</mfrac>";
    }

    @Override
    String root(Operator operator, Term radicand) {
        return operator == Operator.CUBE_ROOT
                ? "<mroot><mrow>" + of(radicand) + "</mrow><mn>3</mn></mroot>"
                : "<msqrt>" + of(radicand) + "</msqrt>";
    }

    @Override
    String times(Term left, Term right) {
        return isNumber(right)
                ? "<mo>·</mo>"
                : isWord(left) || isWord(right) || isFunction(right) ? TIMES + THIN_SPACE : TIMES;
    }

    private static boolean isFunction(Term factor) {
        return factor instanceof Operation operation && operation.operator().isNamed();
    }

    @Override
    String cases(Operator operator, List<Term> operands) {
        StringBuilder cases = new StringBuilder();
        for (int i = 0; i + 1 < operands.size(); i += 2) {
            cases.append(choice(operands.get(i), word("if ") + of(operands.get(i + 1))));
        }
        return row("<mo form=\"prefix\" stretchy=\"true\">{</mo><mtable>"
                + cases.append(choice(operands.getLast(), word("otherwise")))
                + "</mtable>");
    }

    private String choice(Term value, String condition) {
        return cells(LEFT, of(value), LEFT, row(condition));
    }

    @Override
    String comma() {
        return "<mo>,</mo>";
    }
}
