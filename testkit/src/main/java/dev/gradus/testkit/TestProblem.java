package dev.gradus.testkit;

import java.util.List;

/// A function of two variables to be minimized, small enough to be drawn.
///
/// @param name as it is called in the literature
/// @param function its value and gradient
/// @param minima where it is smallest
/// @param start where the literature usually begins
/// @param window the part of the plane worth drawing
public record TestProblem(String name, Function function, List<Point> minima, Point start, Window window) {

    public TestProblem {
        minima = List.copyOf(minima);
    }

    /// A differentiable function.
    public interface Function {
        double value(double x, double y);

        Point gradient(double x, double y);
    }

    /// A place in the plane, or a direction.
    public record Point(double x, double y) {}

    /// A rectangle of the plane.
    public record Window(double left, double right, double bottom, double top) {}

    public double value(Point at) {
        return function.value(at.x(), at.y());
    }

    public Point gradient(Point at) {
        return function.gradient(at.x(), at.y());
    }
}
