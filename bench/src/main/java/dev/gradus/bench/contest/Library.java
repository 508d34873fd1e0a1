package dev.gradus.bench.contest;

/// Who makes the steps.
public enum Library {
    GRADUS("Gradus"),
    /// A loop over arrays, written by hand.
    LOOP("loop"),
    /// A stream of equal reads and writes.
    STREAM("stream"),
    LIBTORCH("LibTorch"),
    DJL("DJL"),
    ND4J("ND4J"),
    TRIBUO(
            "Tribuo",
            "Tribuo 4.3.2 computes in double precision on one thread, and multiplies by √v + ε where Adam divides: its "
                    + "time is that of Adam's operations, its result is not Adam's.");

    private final String title;
    private final String remark;

    Library(String title) {
        this(title, "");
    }

    Library(String title, String remark) {
        this.title = title;
        this.remark = remark;
    }

    /// What is to be known about the library's Adam, as a sentence; empty for nothing.
    public String remark() {
        return remark;
    }

    public String title() {
        return title;
    }
}
