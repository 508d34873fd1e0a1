package dev.gradus.expr;

import static java.util.Map.entry;

import dev.gradus.expr.Term.Accent;
import dev.gradus.expr.Term.Decimal;
import dev.gradus.expr.Term.Symbol;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Which symbol the field writes for a name. A name is a letter, a Greek letter's name or an entry of the table
/// below, followed by digits (`beta1`), a subscript (`eps_root`, `rho_inf`) or an accent (`m_hat`); any other
/// name is a word and stays as it is.
final class Symbols {
    static final Map<String, String> GREEK = Map.ofEntries(
            entry("alpha", "α"),
            entry("beta", "β"),
            entry("gamma", "γ"),
            entry("delta", "δ"),
            entry("epsilon", "ϵ"),
            entry("zeta", "ζ"),
            entry("eta", "η"),
            entry("theta", "θ"),
            entry("kappa", "κ"),
            entry("lambda", "λ"),
            entry("mu", "μ"),
            entry("nu", "ν"),
            entry("xi", "ξ"),
            entry("pi", "π"),
            entry("rho", "ρ"),
            entry("sigma", "σ"),
            entry("tau", "τ"),
            entry("phi", "ϕ"),
            entry("chi", "χ"),
            entry("psi", "ψ"),
            entry("omega", "ω"),
            entry("Delta", "Δ"),
            entry("Pi", "Π"));

    /// What every rule may have, by the names that the field gives them; a rule says itself what else is called.
    private static final Map<String, String> STANDARD =
            Map.of("learning_rate", "eta", "weight_decay", "lambda", "eps", "epsilon");

    private static final Map<String, Accent> ACCENTS =
            Map.of("hat", Accent.HAT, "bar", Accent.BAR, "tilde", Accent.TILDE);

    private static final Pattern DIGITS = Pattern.compile("(.*[^\\d_])(\\d+)");
    private static final Pattern SUBSCRIPT = Pattern.compile("(.+)_([^_]+)");

    private Symbols() {}

    static Symbol of(String name) {
        Symbol known = known(name);
        return known == null ? Symbol.of(name) : known;
    }

    private static @Nullable Symbol known(String name) {
        String standard = STANDARD.get(name);
        if (standard != null) {
            return known(standard);
        }
        String letter = name.length() == 1 ? name : GREEK.get(name);
        if (letter != null) {
            return Symbol.of(letter);
        }
        Matcher marked = DIGITS.matcher(name);
        if (!marked.matches() && !marked.usePattern(SUBSCRIPT).matches()) {
            return null;
        }
        Symbol nucleus = known(marked.group(1));
        return nucleus == null ? null : marked(nucleus, marked.group(2));
    }

    private static Symbol marked(Symbol nucleus, String mark) {
        Accent accent = ACCENTS.get(mark);
        if (accent != null) {
            return nucleus.with(accent);
        }
        if (Character.isDigit(mark.charAt(0))) {
            return nucleus.at(new Decimal(mark));
        }
        return nucleus.at(mark.equals("inf") ? Symbol.of("∞") : of(mark));
    }
}
