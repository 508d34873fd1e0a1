package dev.gradus.cpu;

/// Runs the passes of programs, on one thread.
interface Backend {

    /// Prepares a pass of the step in progress, before any thread runs it.
    void prepare(VariantMemory memory, int pass);

    /// Runs a pass over elements `from` … `to − 1`, which begin and end where the runs of its reductions do.
    void run(VariantMemory memory, int pass, long from, long to);
}
