package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.numeric.Rounding;
import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HalfTest {
    private static final int STEPS = 3000;

    /// All values between the extremes of a type, and what lies beyond.
    private static float[] values(ElementType type) {
        Random random = new Random(3);
        float[] values = new float[Blocks.SIZE];
        int least = type == ElementType.FLOAT16 ? -27 : -140;
        int most = type == ElementType.FLOAT16 ? 15 : 127;
        for (int i = 0; i < values.length; i++) {
            int exponent = least + random.nextInt(most - least);
            values[i] = (float) (Math.scalb(1 + random.nextDouble(), exponent) * (random.nextBoolean() ? 1 : -1));
        }
        return values;
    }

    private static float[] stored(ElementType type, float[] values, long key) {
        MemorySegment memory = MemorySegment.ofArray(new short[values.length]);
        FloatBlocks blocks = new FloatBlocks();
        blocks.store(type, memory, 0, values, values.length, key);
        float[] loaded = new float[Blocks.SIZE];
        blocks.load(type, memory, 0, loaded, 0, values.length);
        return loaded;
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void theExpectedValueIsTheValue(ElementType type) {
        float[] values = values(type);
        double[] sums = new double[values.length];
        double[] squares = new double[values.length];
        for (int step = 0; step < STEPS; step++) {
            float[] loaded = stored(type, values, Rounding.key(Rounding.hash("w"), step));
            for (int i = 0; i < values.length; i++) {
                double error = (double) loaded[i] - values[i];
                sums[i] += error;
                squares[i] += error * error;
            }
        }
        double together = 0;
        for (int i = 0; i < values.length; i++) {
            double deviation = Math.sqrt(squares[i] / STEPS / STEPS) + 1e-6 * Math.abs(values[i]);
            assertThat(sums[i] / STEPS).as("of %s", values[i]).isCloseTo(0, within(6 * deviation));
            together += sums[i] / STEPS / deviation;
        }
        assertThat(together / Math.sqrt(values.length)).isCloseTo(0, within(5.0));
    }

    /// Whatever is drawn, the result is one of the two neighbours, and what is exact stays.
    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void everyElementIsStoredAsItself(ElementType type) {
        float[] block = new float[Blocks.SIZE];
        FloatBlocks blocks = new FloatBlocks();
        for (int start = 0; start < 1 << 16; start += Blocks.SIZE) {
            short[] halves = new short[Blocks.SIZE];
            for (int i = 0; i < halves.length; i++) {
                halves[i] = (short) (start + i);
            }
            blocks.load(type, MemorySegment.ofArray(halves), 0, block, 0, Blocks.SIZE);
            assertThat(stored(type, block, start)).containsExactly(block);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void nanAndInfinityStay(ElementType type) {
        float[] values = {
            Float.NaN, Float.intBitsToFloat(-1), Float.intBitsToFloat(0x7fffffff), Float.NEGATIVE_INFINITY, 1e38f * 10
        };
        for (int key = 0; key < 100; key++) {
            float[] loaded = stored(type, values, key);
            assertThat(loaded[0]).isNaN();
            assertThat(loaded[1]).isNaN();
            assertThat(loaded[2]).isNaN();
            assertThat(loaded[3]).isEqualTo(Float.NEGATIVE_INFINITY);
            assertThat(loaded[4]).isEqualTo(Float.POSITIVE_INFINITY);
        }
    }
}
