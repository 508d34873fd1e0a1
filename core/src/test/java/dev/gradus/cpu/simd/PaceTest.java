package dev.gradus.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {
    @Test
    void fastIsWhatTakesMuchLessThanTheBestOfTheInterpreter() {
        Pace pace = new Pace();
        assertThat(pace.isFast(1.1)).as("before the interpreter was measured").isTrue();
        pace.interpretedIn(1);
        pace.interpretedIn(3);
        assertThat(pace.isFast(0.74)).isTrue();
        assertThat(pace.isFast(0.76)).isFalse();
    }

    @Test
    void aKernelIsTooSlowAfterFiftyMoreSlowRunsThanFastOnes() {
        Pace pace = new Pace();
        pace.interpretedIn(1);
        for (int i = 0; i < 200; i++) {
            assertThat(pace.isTooSlow(i % 2 == 0 ? 1.5 : 0.5, 0))
                    .as("run %d", i)
                    .isFalse();
        }
        for (int i = 0; i < 50; i++) {
            assertThat(pace.isTooSlow(1.5, 0)).as("slow run %d", i).isFalse();
        }
        assertThat(pace.isTooSlow(1.5, 0)).isTrue();
        pace.restart();
        assertThat(pace.isTooSlow(1.5, 0)).isFalse();
    }

    @Test
    void aKernelMayBeTwiceAsSlowAfterEachFallBack() {
        Pace pace = new Pace();
        pace.interpretedIn(1);
        for (int i = 0; i < 100; i++) {
            assertThat(pace.isTooSlow(3.9, 2)).isFalse();
        }
        for (int i = 0; i < 50; i++) {
            assertThat(pace.isTooSlow(4.1, 2)).isFalse();
        }
        assertThat(pace.isTooSlow(4.1, 2)).isTrue();
    }
}
