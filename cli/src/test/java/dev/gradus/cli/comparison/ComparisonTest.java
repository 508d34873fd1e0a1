package dev.gradus.cli.comparison;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.data.Images;
import dev.gradus.cli.input.ScheduleShape;
import dev.gradus.rules.Rules;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The course of a comparison, with trainings that are made up.
public class ComparisonTest {
    private static final Contender FAST = contender("fast");
    private static final Contender SLOW = contender("slow");

    /// A plan of two contenders, two epochs and three seeds, for other tests too.
    public static Plan plan(List<Double> factors) {
        Images images = new Images(
                4,
                4,
                2,
                IntStream.range(0, 40).mapToObj(i -> new float[16]).toList(),
                IntStream.range(0, 40).mapToObj(i -> i % 2).toList());
        Dataset data = new Dataset("toy", "forty empty images", images, images, 5, 4, 2);
        return new Plan(data, List.of(FAST, SLOW), 2, 3, 1, factors, ScheduleShape.CONSTANT);
    }

    /// A made-up training: the loss is how far the learning rate is from 0.02, "slow" diverges with seed 3.
    public static Run madeUp(Trial trial) {
        double loss = Math.abs(Math.log10(trial.learningRate() / 0.02)) + 0.5;
        List<Epoch> epochs = new ArrayList<>();
        for (int number = 1; number <= trial.epochs(); number++) {
            boolean diverges = trial.contender().equals(SLOW) && trial.seed() == 3;
            epochs.add(
                    diverges
                            ? new Epoch(number, Double.NaN, Double.NaN, 0.1)
                            : new Epoch(number, loss / number, loss, 0.9 + 0.01 * trial.seed() + 0.02 * number));
            if (diverges) {
                break;
            }
        }
        return new Run(trial, epochs, 1000 * (trial.seed() + 1), 0.1);
    }

    /// The results of a plan with made-up trainings.
    public static List<Result> results(Plan plan) {
        return Comparison.run(plan, (trial, training, heldOut, onEpoch) -> madeUp(trial), new Silence());
    }

    @Test
    void theCandidateWithTheLowestLossWins() {
        List<Result> results = results(plan(List.of(0.1, 1.0, 10.0)));

        assertThat(results).extracting(Result::learningRate).containsExactly(0.01, 0.01);
        assertThat(results.getFirst().atEdgeOfSearch()).isFalse();
        assertThat(results.getFirst().search()).hasSize(3);
    }

    @Test
    void aWinnerAtTheEdgeIsMarked() {
        assertThat(results(plan(List.of(0.01, 0.1))).getFirst().atEdgeOfSearch())
                .isTrue();
    }

    @Test
    void withoutASearchTheUsualLearningRateIsTaken() {
        Result result = results(plan(List.of())).getFirst();

        assertThat(result.learningRate()).isEqualTo(0.01);
        assertThat(result.search()).isEmpty();
        assertThat(result.atEdgeOfSearch()).isFalse();
    }

    @Test
    void everyContenderMakesTheSameTrials() {
        List<Trial> trials = new ArrayList<>();
        Comparison.run(
                plan(List.of(1.0, 10.0)),
                (trial, training, heldOut, onEpoch) -> {
                    trials.add(trial);
                    return madeUp(trial);
                },
                new Silence());

        assertThat(trials).extracting(Trial::seed).containsExactly(0L, 0L, 0L, 0L, 1L, 1L, 2L, 2L, 3L, 3L);
        assertThat(trials).extracting(Trial::epochs).containsExactly(1, 1, 1, 1, 2, 2, 2, 2, 2, 2);
    }

    @Test
    void theSearchNeverSeesTheTestImages() {
        Plan plan = plan(List.of(1.0));
        Comparison.run(
                plan,
                (trial, training, heldOut, onEpoch) -> {
                    if (trial.seed() == Plan.SEARCH_SEED) {
                        assertThat(training.count()).isEqualTo(30);
                        assertThat(heldOut.count()).isEqualTo(10);
                    } else {
                        assertThat(heldOut).isSameAs(plan.data().test());
                    }
                    return madeUp(trial);
                },
                new Silence());
    }

    @Test
    void resultsAreSummarized() {
        Result fast = results(plan(List.of())).getFirst();

        assertThat(fast.accuracy().mean()).isCloseTo(0.96, within(1e-12));
        assertThat(fast.accuracy().deviation().orElseThrow()).isCloseTo(0.01, within(1e-12));
        assertThat(fast.epochsToGoal()).contains(2);
        assertThat(fast.stepNanos()).isEqualTo(3000);
        assertThat(fast.diverged()).isZero();
        assertThat(results(plan(List.of())).getLast().diverged()).isEqualTo(1);
    }

    private static Contender contender(String name) {
        return new Contender(name, "made up", Rules.adam(), 0.01, List.of());
    }

    private static final class Silence implements Comparison.Listener {
        @Override
        public void searched(Trial trial, Epoch epoch) {}

        @Override
        public void trained(Trial trial, Epoch epoch) {}
    }
}
