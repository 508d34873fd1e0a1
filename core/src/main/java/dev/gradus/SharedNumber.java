package dev.gradus;

import java.util.List;

/// A number that a parameter shares with others, and the hyperparameters that it depends on outside of totals: all
/// that share it must have the same values, because each of them computes it.
///
/// @param name `link.state`
/// @param number its value
/// @param hyperparameters that it depends on, by full name
/// @param places where the parameter's group has them
record SharedNumber(String name, Scalar number, List<String> hyperparameters, int[] places) {}
