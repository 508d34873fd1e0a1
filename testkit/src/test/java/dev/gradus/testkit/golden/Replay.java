package dev.gradus.testkit.golden;

import dev.gradus.Optimizer;
import dev.gradus.testkit.golden.GoldenCase.GoldenStep;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Compares each parameter after every step, learning rates, and the states at the end with what was recorded.
final class Replay {
    private final GoldenCase golden;
    private final List<String> rounded = new ArrayList<>();
    private double worst;

    private Replay(GoldenCase golden) {
        this.golden = golden;
    }

    /// What a replay found.
    ///
    /// @param worst the part of the tolerance that the worst value takes
    /// @param rounded final states that are within what rounding does, but not within the tolerance
    record Result(double worst, List<String> rounded) {}

    /// Replays a case.
    ///
    /// @throws AssertionError if anything differs from what was recorded
    /// @throws IllegalArgumentException if the case has an algorithm or a hyperparameter that is not known
    static Result of(GoldenCase golden) {
        Replay replay = new Replay(golden);
        replay.run(0, optimizer -> {});
        return new Result(replay.worst, replay.rounded);
    }

    /// Replays a case after its first steps.
    ///
    /// @param done the number of steps that are left out
    /// @param resume gives the optimizer what these steps would have made of it
    /// @throws AssertionError if anything that follows differs from what was recorded
    static void after(GoldenCase golden, int done, Consumer<Optimizer> resume) {
        new Replay(golden).run(done, resume);
    }

    private void run(int done, Consumer<Optimizer> resume) {
        try (Trajectory trajectory = new Trajectory(golden, x -> x)) {
            resume.accept(trajectory.optimizer());
            int t = done;
            for (GoldenStep step : golden.steps().subList(done, golden.steps().size())) {
                t++;
                if (step.learningRate() != null) {
                    double[] recorded = {step.learningRate()};
                    compare("step " + t + ", lr", recorded, new double[] {trajectory.learningRate()});
                }
                trajectory.step(step);
                for (int i = 0; i < golden.params().size(); i++) {
                    String name = golden.params().get(i).name();
                    compare("step " + t + ", " + name, step.params().get(i), trajectory.values(i));
                }
            }
            States states = trajectory.states();
            golden.finalState().forEach((name, recorded) -> {
                for (int i = 0; i < golden.params().size(); i++) {
                    compareState(trajectory, states, golden.params().get(i).name(), name, recorded.get(i));
                }
            });
            golden.finalGlobal().forEach((name, recorded) -> compareState(trajectory, states, "", name, recorded));
            if (!states.unread().isEmpty()) {
                throw new AssertionError("these states were not recorded: " + states.unread());
            }
        }
    }

    private void compareState(
            Trajectory trajectory, States states, String parameter, String name, double @Nullable [] recorded) {
        String what = "final state " + name + (parameter.isEmpty() ? "" : " of " + parameter);
        double[] actual = trajectory.state(states, parameter, name);
        if (recorded == null) {
            // References make a state on the first gradient, Gradus when the parameter is added.
            if (actual != null && states.completed(parameter) > 0) {
                throw new AssertionError(what + ": none was recorded");
            }
        } else if (actual == null) {
            throw new AssertionError(what + ": there is none");
        } else {
            try {
                compare(what, recorded, actual);
            } catch (AssertionError e) {
                if (!Rounding.explains(golden, parameter, name, recorded, actual)) {
                    throw e;
                }
                rounded.add(what);
            }
        }
    }

    private void compare(String what, double[] recorded, double[] actual) {
        worst = Math.max(worst, golden.tolerance().compare(what, recorded, actual));
    }
}
