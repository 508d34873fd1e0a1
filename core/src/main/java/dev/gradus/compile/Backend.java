package dev.gradus.compile;

/// Runs the passes of programs.
interface Backend {

    /// Runs one pass of the bound variant over all elements.
    void run(Binding binding, int pass);
}
