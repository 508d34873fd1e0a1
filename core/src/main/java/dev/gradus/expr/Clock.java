package dev.gradus.expr;

/// The step counts that an expression may read; all are 1 at the first step.
public enum Clock {
    /// The parameter's own: it advances only in steps in which the parameter has a gradient.
    OWN("t"),
    /// The count of the first parameter of the group plus one, even if that parameter has no gradient.
    GROUP_FIRST("t_first"),
    /// The optimizer's: the number of completed updates plus one.
    OPTIMIZER("t_all");

    private final String symbol;

    Clock(String symbol) {
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }
}
