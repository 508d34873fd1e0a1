package dev.gradus.cli.chart;

/// A place in a plane, in the units of whoever uses it.
public record Point(double x, double y) {}
