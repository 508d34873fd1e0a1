package dev.gradus.expr;

import java.util.List;

/// The notations of printed formulas.
public enum Notation {
    /// LaTeX with amsmath.
    LATEX(new Latex()),
    /// Unicode text on one line, for terminals.
    PLAIN(new PlainText()),
    /// Presentation MathML, which browsers show without scripts.
    MATHML(new MathMl());

    private final FormulaPrinter printer;

    Notation(FormulaPrinter printer) {
        this.printer = printer;
    }

    /// One formula: a line of text, the inside of a LaTeX formula, or a `math` element.
    public String line(Term term) {
        return printer.line(term);
    }

    /// Several lines, with their definitions aligned where the notation can do so: lines of text, an `aligned`
    /// environment for the inside of a LaTeX formula, or a `math` element.
    public String block(List<Term> lines) {
        return printer.block(lines);
    }
}
