package dev.gradus.bench.contest;

/// The comparison of what a contestant has computed with what the interpreter gives.
///
/// @param steps as many as the contestant made, warming up included
/// @param elements of parameters and states
/// @param different elements whose bits differ, where not both are NaN
public record Verification(Entrant entrant, long steps, long elements, long different) {}
