package dev.gradus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.rule.Direction;
import dev.gradus.rules.momentum.Momentum;
import dev.gradus.schedule.Curve;
import dev.gradus.schedule.Plateau.ThresholdMode;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import dev.gradus.tensor.Shape;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Hyperparameters that follow schedules, those that observe a metric among them.
class ScheduledTest {
    private static final Direction PLAIN = s -> s.direction();
    private static final Schedule HALVING = Schedules.plateau(Schedules.constant(8))
            .withFactor(0.5)
            .withPatience(0)
            .withThreshold(0, ThresholdMode.ABS);

    private static Parameter ones(String name) {
        return Parameter.of(name, Shape.of(1), new double[] {1}).gradient(new double[] {1});
    }

    @Test
    void momentumMovesAgainstTheLearningRateInOneCycle() {
        double[] value = {0};
        Parameter w = Parameter.of("w", Shape.of(1), value).gradient(new double[] {1});
        Schedule rate = Schedules.oneCycle(0.5, 1, 0, 5, 0.6, Curve.LINEAR);
        Schedule momentum = Schedules.oneCycle(0.75, 0.25, 0.75, 5, 0.6, Curve.LINEAR);
        double velocity = 0;
        double expected = 0;
        double[] rates = {0.5, 0.75, 1, 0.5, 0};
        double[] momenta = {0.75, 0.5, 0.25, 0.5, 0.75};
        try (Optimizer optimizer = Optimizer.of(
                new ParameterGroup("all", List.of(w), new Momentum(0.9), rate).with("momentum", momentum))) {
            for (int i = 0; i < 5; i++) {
                velocity = momenta[i] * velocity + 1;
                expected -= rates[i] * velocity;
                optimizer.step();
                assertThat(value[0]).as("after step %d", i + 1).isCloseTo(expected, within(1e-14));
            }
        }
    }

    @Test
    void aMetricReachesEveryHyperparameterThatObservesIt() {
        ParameterGroup body = new ParameterGroup("body", List.of(ones("a")), PLAIN, HALVING);
        ParameterGroup head = new ParameterGroup("head", List.of(ones("b")), new Momentum(0.9), 0.5)
                .with(
                        "momentum",
                        Schedules.plateau(Schedules.constant(0.5))
                                .withPatience(1)
                                .withFactor(0.25));
        try (Optimizer optimizer = Optimizer.of(body, head)) {
            optimizer.observe(3);
            optimizer.observe(3);
            assertThat(optimizer.get("body", "learning_rate")).isEqualTo(4);
            assertThat(optimizer.get("head", "momentum")).isEqualTo(0.5);
            optimizer.observe(3);
            assertThat(optimizer.get("body", "learning_rate")).isEqualTo(2);
            assertThat(optimizer.get("head", "momentum")).isEqualTo(0.125);
            assertThat(optimizer.get("head", "learning_rate")).isEqualTo(0.5);
        }
    }

    @Test
    void aReducedRateIsTheOneThatStepsTake() {
        double[] value = {0};
        Parameter w = Parameter.of("w", Shape.of(1), value).gradient(new double[] {1});
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(w), PLAIN, HALVING))) {
            optimizer.step();
            optimizer.observe(1);
            optimizer.observe(1);
            optimizer.step();
            assertThat(value).containsExactly(-12);
        }
    }

    @Test
    void whatSchedulesRememberIsAmongTheStatesAndCanBeRestored() {
        ParameterGroup group = new ParameterGroup("all", List.of(ones("w")), PLAIN, HALVING);
        try (Arena arena = Arena.ofConfined();
                Optimizer first = Optimizer.of(group);
                Optimizer second = Optimizer.of(group)) {
            first.observe(3);
            first.observe(7);
            List<StateView> remembered = first.states().stream()
                    .filter(state -> state.name().startsWith("group:"))
                    .toList();
            assertThat(remembered)
                    .extracting(StateView::name)
                    .containsExactly(
                            "group:all/learning_rate.bad_observations",
                            "group:all/learning_rate.best",
                            "group:all/learning_rate.cooldown_left",
                            "group:all/learning_rate.scale");
            assertThat(first.state("group:all/learning_rate.best").toArray()).containsExactly(3);
            assertThat(first.state("group:all/learning_rate.scale").toArray()).containsExactly(0.5);

            second.load(first.save(state -> state.copy(arena)));

            assertThat(second.get("all", "learning_rate")).isEqualTo(4);
            second.observe(3);
            assertThat(second.get("all", "learning_rate")).isEqualTo(2);
        }
    }

    @Test
    void whatIsRememberedOutlivesANewParameterAndAnEqualScheduleButNotAnother() {
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(ones("w")), PLAIN, HALVING))) {
            optimizer.observe(1);
            optimizer.observe(1);
            optimizer.add("all", ones("v"));
            assertThat(optimizer.get("all", "learning_rate")).isEqualTo(4);
            optimizer.set("all", "learning_rate", HALVING);
            assertThat(optimizer.get("all", "learning_rate")).isEqualTo(4);
            optimizer.set("all", "learning_rate", Schedules.plateau(Schedules.constant(8)));
            assertThat(optimizer.get("all", "learning_rate")).isEqualTo(8);
            optimizer.set("all", "learning_rate", 1);
            assertThat(optimizer.states()).isEmpty();
        }
    }

    @Test
    void aMetricThatNothingObservesIsRefused() {
        try (Optimizer optimizer = Optimizer.of(new ParameterGroup("all", List.of(ones("w")), PLAIN, 0.1))) {
            assertThatThrownBy(() -> optimizer.observe(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no hyperparameter follows a schedule that observes a metric");
        }
    }
}
