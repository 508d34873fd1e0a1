package dev.gradus.expr;

/// Which step number an expression counts with; all are 1 at the first step.
public enum Clock {
    /// The parameter's own: it advances only in steps in which the parameter has a gradient.
    OWN("t"),
    /// The first member of the parameter's group: its count plus one, even when that member has no gradient.
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
