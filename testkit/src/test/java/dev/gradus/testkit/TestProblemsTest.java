package dev.gradus.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.testkit.TestProblem.Point;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TestProblemsTest {

    static List<TestProblem> problems() {
        return TestProblems.all();
    }

    @ParameterizedTest
    @MethodSource("problems")
    void isZeroAndFlatAtItsMinima(TestProblem problem) {
        assertThat(problem.minima()).isNotEmpty().allSatisfy(minimum -> {
            assertThat(problem.value(minimum)).isCloseTo(0, within(1e-12));
            assertThat(problem.gradient(minimum).x()).isCloseTo(0, within(1e-12));
            assertThat(problem.gradient(minimum).y()).isCloseTo(0, within(1e-12));
        });
    }

    @ParameterizedTest
    @MethodSource("problems")
    void theGradientIsThatOfCentralDifferences(TestProblem problem) {
        double h = 1e-6;
        for (Point p : List.of(problem.start(), new Point(0.3, -0.7), new Point(1.9, 1.1))) {
            double dx =
                    (problem.value(new Point(p.x() + h, p.y())) - problem.value(new Point(p.x() - h, p.y()))) / (2 * h);
            double dy =
                    (problem.value(new Point(p.x(), p.y() + h)) - problem.value(new Point(p.x(), p.y() - h))) / (2 * h);
            assertThat(problem.gradient(p).x()).isCloseTo(dx, within(1e-5 * (1 + Math.abs(dx))));
            assertThat(problem.gradient(p).y()).isCloseTo(dy, within(1e-5 * (1 + Math.abs(dy))));
        }
    }

    @ParameterizedTest
    @MethodSource("problems")
    void startAndMinimaLieInTheWindow(TestProblem problem) {
        TestProblem.Window window = problem.window();
        for (Point p : List.of(problem.start(), problem.minima().getFirst())) {
            assertThat(p.x()).isBetween(window.left(), window.right());
            assertThat(p.y()).isBetween(window.bottom(), window.top());
        }
    }
}
