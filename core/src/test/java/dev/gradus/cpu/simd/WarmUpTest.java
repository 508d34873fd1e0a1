package dev.gradus.cpu.simd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.program.Pass;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final long LONG = TimeUnit.MINUTES.toNanos(1);

    private static final KernelKey KEY = new KernelKey(
            new Pass(0, Axes.all(1), List.of(), 0),
            List.of(0),
            List.of(-1),
            0,
            List.of(),
            List.of(),
            KernelKey.Runs.NONE,
            ElementType.FLOAT32,
            128,
            List.of(new KernelKey.Stored(ElementType.FLOAT32, false)),
            List.of(MemorySegment.ofArray(new float[1]).getClass()));

    /// Does nothing, as fast or slow as a test wants it to.
    private static final class Idle implements Kernel {
        private final long nanos;
        private int calls;

        Idle(long nanos) {
            this.nanos = nanos;
        }

        @Override
        public int lanes() {
            return 4;
        }

        @Override
        public void run(
                MemorySegment[] segments,
                MemorySegment[] scratch,
                long base,
                Object[] blocks,
                double[] registers,
                long[] keys,
                double[] lanes,
                long run,
                long left,
                long from,
                long to) {
            calls++;
            long end = System.nanoTime() + nanos;
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }
    }

    private static Pace interpreterOf(double nanosPerElement) {
        Pace pace = new Pace();
        pace.interpretedIn(nanosPerElement);
        return pace;
    }

    @Test
    void aKernelIsReadyAfterEightFastCalls() {
        Idle kernel = new Idle(0);
        assertThat(WarmUp.run(kernel, KEY, interpreterOf(1e9), LONG)).isTrue();
        assertThat(kernel.calls).isEqualTo(8);
    }

    /// The JIT may leave a kernel in its own interpreter: 40,000 calls of it would take a minute.
    @Test
    void aKernelThatStaysSlowIsGivenUpWhenItsTimeIsUp() {
        Idle kernel = new Idle(TimeUnit.MILLISECONDS.toNanos(2));
        assertThat(WarmUp.run(kernel, KEY, interpreterOf(1), TimeUnit.MILLISECONDS.toNanos(50)))
                .isFalse();
        assertThat(kernel.calls).isBetween(1, 26);
    }

    @Test
    void aWarmUpEndsWithItsThread() {
        Idle kernel = new Idle(0);
        Thread.currentThread().interrupt();
        assertThat(WarmUp.run(kernel, KEY, interpreterOf(1e9), LONG)).isFalse();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(kernel.calls).isZero();
    }
}
