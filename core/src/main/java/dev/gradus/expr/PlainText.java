package dev.gradus.expr;

import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Binding;
import dev.gradus.expr.Term.Operation;
import dev.gradus.expr.Term.Symbol;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

final class PlainText extends FormulaPrinter {
    private static final String SCRIPT = "0123456789+−aehijklmnoprstuvx";
    private static final String LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ";
    private static final String RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ᵃᵉʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛˣ";

    @Override
    String block(List<Term> lines) {
        return lines.stream().map(this::line).collect(Collectors.joining("\n"));
    }

    /// On one line a factor and a fraction are a fraction with one more factor above: `a·(b / c) = a·b / c`.
    @Override
    Term arranged(Term term) {
        if (term instanceof Operation(Operator product, List<Term> factors)
                && product == Operator.PRODUCT
                && factors.getLast() instanceof Operation(Operator quotient, List<Term> parts)
                && quotient == Operator.QUOTIENT) {
            List<Term> numerator = new ArrayList<>(factors.subList(0, factors.size() - 1));
            numerator.add(parts.getFirst());
            return Term.of(Operator.QUOTIENT, Term.of(Operator.PRODUCT, numerator), parts.getLast());
        }
        return term;
    }

    @Override
    String name(Symbol symbol) {
        // Terminals have the usual epsilon in more fonts than the one that mathematics prefers.
        return symbol.name().equals("ϵ") ? "ε" : symbol.name();
    }

    @Override
    String decimal(String digits) {
        return digits;
    }

    @Override
    String accented(Accent accent, String nucleus) {
        String mark = switch (accent) {
            case HAT -> "\u0302";
            case BAR -> "\u0304";
            case TILDE -> "\u0303";
        };
        // Fonts show the letters that Unicode has with their accents better than composed ones.
        return Normalizer.normalize(nucleus + mark, Normalizer.Form.NFC);
    }

    @Override
    String scripted(String nucleus, List<Term> subscripts, int primes, @Nullable Term exponent) {
        StringBuilder text =
                new StringBuilder(nucleus).append("′".repeat(primes).replace("′′", "″"));
        boolean lowered = false;
        for (Term subscript : subscripts) {
            String script = script(subscript);
            boolean canBeLowered = isScript(script);
            text.append(canBeLowered ? lowered ? "," : "" : "_")
                    .append(canBeLowered ? translated(script, LOWERED) : script);
            lowered = canBeLowered;
        }
        if (exponent != null) {
            if (!subscripts.isEmpty() && !lowered) {
                text.insert(0, '(').append(')');
            }
            String script = script(exponent);
            text.append(isScript(script) ? translated(script, RAISED) : "^" + operand(exponent, Binding.ATOM));
        }
        return text.toString();
    }

    @Override
    String tight(String text) {
        return text.replace(" ", "");
    }

    /// Whether a script can be set in small letters; a word would be hard to read in them.
    private static boolean isScript(String text) {
        return text.chars().allMatch(c -> SCRIPT.indexOf(c) >= 0)
                && text.chars().filter(Character::isLetter).count() < 2;
    }

    private static String translated(String text, String to) {
        return text.chars()
                .mapToObj(c -> to.substring(SCRIPT.indexOf(c), SCRIPT.indexOf(c) + 1))
                .collect(Collectors.joining());
    }

    @Override
    Binding binding(Operator operator) {
        return operator.binding();
    }

    @Override
    String sign(Operator operator, boolean infix) {
        return infix ? " " + operator.sign() + " " : operator.sign();
    }

    @Override
    String function(Operator operator, List<Term> subscripts, String operands) {
        return scripted(operator.sign(), subscripts, 0, null) + operands;
    }

    @Override
    String series(List<Term> subscripts) {
        return scripted("∑", subscripts, 0, null) + " ";
    }

    @Override
    String fenced(String left, String content, String right) {
        return left + content + right;
    }

    @Override
    String word(String text) {
        return text;
    }

    @Override
    String quotient(Term numerator, Term denominator) {
        return operand(numerator, Binding.PRODUCT) + " / " + operand(denominator, Binding.ROOT);
    }

    @Override
    String root(Operator operator, Term radicand) {
        return operator.sign() + operand(radicand, Binding.ATOM);
    }

    @Override
    String times(Term left, Term right) {
        return "·";
    }

    @Override
    String cases(Operator operator, List<Term> operands) {
        StringBuilder cases = new StringBuilder();
        for (int i = 0; i + 1 < operands.size(); i += 2) {
            cases.append(of(operands.get(i)))
                    .append(" if ")
                    .append(of(operands.get(i + 1)))
                    .append(", else ");
        }
        return cases.append(of(operands.getLast())).toString();
    }

    @Override
    String comma() {
        return ", ";
    }
}
