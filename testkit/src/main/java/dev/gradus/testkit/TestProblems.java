package dev.gradus.testkit;

import dev.gradus.testkit.TestProblem.Function;
import dev.gradus.testkit.TestProblem.Point;
import dev.gradus.testkit.TestProblem.Window;
import java.util.List;

/// Test problems of the field.
public final class TestProblems {
    private TestProblems() {}

    /// All problems.
    public static List<TestProblem> all() {
        return List.of(rosenbrock(), beale(), rastrigin());
    }

    /// A narrow, curved valley: easy to find, hard to follow. `(1 − x)² + 100(y − x²)²`, 0 at (1, 1)
    /// (H. H. Rosenbrock 1960, with its start).
    public static TestProblem rosenbrock() {
        return new TestProblem(
                "Rosenbrock",
                new Function() {
                    @Override
                    public double value(double x, double y) {
                        return square(1 - x) + 100 * square(y - x * x);
                    }

                    @Override
                    public Point gradient(double x, double y) {
                        double valley = y - x * x;
                        return new Point(-2 * (1 - x) - 400 * x * valley, 200 * valley);
                    }
                },
                List.of(new Point(1, 1)),
                new Point(-1.2, 1),
                new Window(-2, 2, -1, 3));
    }

    /// Plateaus between steep walls. `(1.5 − x + xy)² + (2.25 − x + xy²)² + (2.625 − x + xy³)²`, 0 at (3, 0.5)
    /// (E. M. L. Beale 1958; start of Moré, Garbow and Hillstrom 1981, problem 5).
    public static TestProblem beale() {
        return new TestProblem(
                "Beale",
                new Function() {
                    @Override
                    public double value(double x, double y) {
                        return square(1.5 - x + x * y)
                                + square(2.25 - x + x * y * y)
                                + square(2.625 - x + x * y * y * y);
                    }

                    @Override
                    public Point gradient(double x, double y) {
                        double a = 1.5 - x + x * y;
                        double b = 2.25 - x + x * y * y;
                        double c = 2.625 - x + x * y * y * y;
                        return new Point(
                                2 * (a * (y - 1) + b * (y * y - 1) + c * (y * y * y - 1)),
                                2 * x * (a + 2 * b * y + 3 * c * y * y));
                    }
                },
                List.of(new Point(3, 0.5)),
                new Point(1, 1),
                new Window(-0.5, 4.5, -1.5, 2));
    }

    /// A bowl with a local minimum at every whole point. `20 + x² − 10 cos 2πx + y² − 10 cos 2πy`, 0 at the origin
    /// (L. A. Rastrigin 1974). There is no usual start; this one lies between minima, away from the axes of
    /// symmetry.
    public static TestProblem rastrigin() {
        return new TestProblem(
                "Rastrigin",
                new Function() {
                    @Override
                    public double value(double x, double y) {
                        return 20 + well(x) + well(y);
                    }

                    @Override
                    public Point gradient(double x, double y) {
                        return new Point(slope(x), slope(y));
                    }

                    private double well(double x) {
                        return x * x - 10 * Math.cos(2 * Math.PI * x);
                    }

                    private double slope(double x) {
                        return 2 * x + 20 * Math.PI * Math.sin(2 * Math.PI * x);
                    }
                },
                List.of(new Point(0, 0)),
                new Point(-2.4, 3.3),
                new Window(-4.5, 4.5, -4.5, 4.5));
    }

    private static double square(double x) {
        return x * x;
    }
}
