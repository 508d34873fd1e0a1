package dev.gradus.testkit.golden;

import dev.gradus.tensor.ElementType;
import dev.gradus.testkit.golden.GoldenCase.GoldenStep;
import java.util.SplittableRandom;

/// How far rounding alone moves a final state.
///
/// The tolerance of a case was measured on its parameters, and a state may be far more sensitive. The second moment of
/// the notebook's B_Adam, which divides by the last step, is: three of its recorded cases miss the exact trajectory,
/// computed with 60 digits, by 3 to 18 times their own tolerance, so that only a lucky order of operations meets it.
/// Such a state is compared within what it moves by when the numbers that the case gives change in their last bit, and
/// the summary of the test names it. Nothing else is: elsewhere that is less than the tolerance.
final class Rounding {
    private static final int RUNS = 8;
    private static final double LAST_BIT = 0x1p-52;

    /// No state is so sensitive that an error of this size would be rounding.
    private static final double LIMIT = 1e-6;

    private Rounding() {}

    /// Whether rounding explains the distance between a recorded state and Gradus's; never in float32.
    static boolean explains(GoldenCase golden, String parameter, String name, double[] recorded, double[] actual) {
        if (golden.type() != ElementType.FLOAT64 || recorded.length != actual.length) {
            return false;
        }
        double distance = golden.tolerance().distance(recorded, actual);
        return distance <= Math.min(moved(golden, parameter, name, actual), LIMIT);
    }

    private static double moved(GoldenCase golden, String parameter, String name, double[] actual) {
        double most = 0;
        for (int run = 0; run < RUNS; run++) {
            SplittableRandom random = new SplittableRandom(run);
            try (Trajectory nudged =
                    new Trajectory(golden, x -> x * (random.nextBoolean() ? 1 + LAST_BIT : 1 - LAST_BIT))) {
                for (GoldenStep step : golden.steps()) {
                    nudged.step(step);
                }
                double[] state = nudged.state(nudged.states(), parameter, name);
                most = Math.max(most, state == null ? 0 : golden.tolerance().distance(actual, state));
            }
        }
        return most;
    }
}
