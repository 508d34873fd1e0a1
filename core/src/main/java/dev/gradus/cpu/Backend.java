package dev.gradus.cpu;

/// Runs the passes of programs, on one thread.
interface Backend {

    /// Gets ready for a pass of the step in progress, before any thread runs it.
    void prepare(BoundVariant binding, int pass);

    /// Runs a pass over elements `from` … `to − 1`, which begin and end where the runs of its reductions do.
    void run(BoundVariant binding, int pass, long from, long to);
}
