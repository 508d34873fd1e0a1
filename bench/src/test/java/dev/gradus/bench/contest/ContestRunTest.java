package dev.gradus.bench.contest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradus.Options;
import dev.gradus.StateFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Nothing here is timed: what contestants compute, not how fast.
class ContestRunTest {
    private static final Layout SMALL = new Layout("3 × 2 K", 3, 2 * Layout.K, Layout.K);

    @ParameterizedTest
    @EnumSource
    void whatIsWrittenByHandComputesWhatTheRuleSays(Algorithm algorithm) {
        if (algorithm == Algorithm.CENTRALIZED_ADAM || algorithm == Algorithm.RENORMALIZED_ADAM) {
            assertThatThrownBy(() -> ContestRun.requireAgreement(Entrant.loop(algorithm), 2))
                    .hasMessage("nobody has written " + algorithm.title() + " by hand");
        } else {
            ContestRun.requireAgreement(Entrant.loop(algorithm), 1);
            ContestRun.requireAgreement(Entrant.loop(algorithm), 2);
        }
    }

    @Test
    void aLoopThatComputesSomethingElseIsRefused() {
        Gradients gradients = new Gradients(SMALL);
        Start ours = Start.of(SMALL, gradients, 1, 1e-3);
        Start other = Start.of(SMALL, gradients, 1, 1e-3);

        assertThatThrownBy(() -> ContestRun.requireAgreement(
                        "a wrong Adam",
                        gradients,
                        SMALL,
                        new AdamLoop(ours, 0.99, 1e-8, 0),
                        new AdamLoop(other, 0.999, 1e-8, 0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("a wrong Adam does not compute what it should: after 12 steps it is ");
    }

    @ParameterizedTest
    @EnumSource
    void everyKindOfMemoryGivesTheSameBits(Memory memory) {
        Gradients gradients = new Gradients(SMALL);
        try (GradusContestant one = gradus(memory, gradients);
                GradusContestant heap = gradus(Memory.HEAP, gradients)) {
            for (int step = 0; step < 3; step++) {
                gradients.advance();
                one.gradientsChanged();
                heap.gradientsChanged();
                one.step();
                heap.step();
            }
            assertThat(one.differences(heap)).isZero();
            assertThat(one.elements()).isEqualTo(3 * SMALL.parameters());
        }
    }

    @ParameterizedTest
    @EnumSource
    void statesOfEveryFormatAreCompared(StateFormat format) {
        Gradients gradients = new Gradients(SMALL);
        Entrant entrant = Entrant.gradus(Algorithm.ADAMW).with(format);
        try (GradusContestant one = new GradusContestant(entrant, new Options(), start(gradients));
                GradusContestant same = new GradusContestant(
                        entrant, new Options().withKernels(Options.Kernels.NEVER), start(gradients))) {
            for (int step = 0; step < 3; step++) {
                gradients.advance();
                one.step();
                same.step();
            }
            assertThat(one.differences(same)).isZero();
            same.step();
            assertThat(one.differences(same)).isPositive();
        }
    }

    @Test
    void everyElementThatDiffersIsCounted() {
        Gradients gradients = new Gradients(SMALL);
        try (GradusContestant one = gradus(Memory.HEAP, gradients);
                GradusContestant other = gradus(Memory.HEAP, gradients)) {
            one.step();
            gradients.tensors()[1][5] += 1;
            gradients.tensors()[2][7] += 1;
            other.step();

            // θ and two moments of two elements.
            assertThat(one.differences(other)).isEqualTo(6);
        }
    }

    @Test
    void gradientsComeBackByTheirVersion() {
        Gradients gradients = new Gradients(SMALL);
        float first = gradients.tensors()[1][3];
        gradients.advance();
        float second = gradients.tensors()[1][3];
        gradients.show(0);

        assertThat(first).isNotEqualTo(second).isBetween(-0.02f, 0.02f);
        assertThat(gradients.tensors()[1][3]).isEqualTo(first);
        assertThat(gradients.tensors()[0][3]).isNotEqualTo(first);
    }

    @Test
    void aSumOfSquaresIsOfTheRangeAlone() {
        float[] x = new float[3000];
        Arrays.fill(x, 2);
        double[] lanes = new double[Squares.LANES];
        Squares.add(x, 100, 2900, lanes);

        assertThat(Squares.sum(lanes)).isEqualTo(4 * 2800);
    }

    @Test
    void allThreadsTogetherDoEverythingOnce() {
        List<String> parts = new ArrayList<>();
        HandLoop loop =
                new HandLoop(new Layout("512 K", 1, 512 * Layout.K, Layout.K), new float[1][], new float[1][], 3) {
                    @Override
                    void begin() {}

                    @Override
                    void sweep(int sweep, int worker, int tensor, int from, int to) {
                        synchronized (parts) {
                            parts.add(worker + ": " + from / Layout.K + " to " + to / Layout.K);
                        }
                    }
                };
        try (loop) {
            loop.step();
        }
        assertThat(parts).containsExactlyInAnyOrder("0: 0 to 170", "1: 170 to 341", "2: 341 to 512");
    }

    private static GradusContestant gradus(Memory memory, Gradients gradients) {
        return new GradusContestant(
                Entrant.gradus(Algorithm.ADAMW).in(memory), new Options().withThreads(1), start(gradients));
    }

    private static Start start(Gradients gradients) {
        return Start.of(SMALL, gradients, 1, 1e-3);
    }
}
