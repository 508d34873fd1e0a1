package dev.gradus.numeric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.tensor.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class EightBitTest {
    private static final int N = 256;

    private static float[] stored(ElementType type, float[] values, long key) {
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) type.bytes(values.length)]);
        EightBit.Coder coder = new EightBit.Coder();
        coder.store(memory, type, 0, values, values.length, key);
        float[] loaded = new float[values.length];
        coder.load(memory, type, 0, loaded, 0, loaded.length);
        for (int i = 0; i < loaded.length; i++) {
            assertThat(Float.compare((float) type.read(memory, i), loaded[i])).isZero();
        }
        return loaded;
    }

    private static float[] randomValues(ElementType type, int seed, double decades) {
        Random random = new Random(seed);
        float[] values = new float[N];
        for (int i = 0; i < N; i++) {
            double magnitude = Math.pow(10, -decades * random.nextDouble());
            values[i] = (float) (type == ElementType.SIGNED_8BIT && random.nextBoolean() ? -magnitude : magnitude);
        }
        return values;
    }

    /// The mean of what is stored, over many steps, is what was to be stored.
    @ParameterizedTest
    @EnumSource(names = {"SIGNED_8BIT", "NON_NEGATIVE_8BIT"})
    void theExpectedValueIsTheValue(ElementType type) {
        float[] values = randomValues(type, 1, 4);
        int steps = 4000;
        double[] sums = new double[N];
        double[] squares = new double[N];
        for (int step = 0; step < steps; step++) {
            float[] loaded = stored(type, values, Rounding.key(Rounding.hash("w"), step));
            for (int i = 0; i < N; i++) {
                double error = loaded[i] - values[i];
                sums[i] += error;
                squares[i] += error * error;
            }
        }
        double together = 0;
        for (int i = 0; i < N; i++) {
            double deviation = Math.sqrt(squares[i] / steps / steps) + 1e-7 * Math.abs(values[i]);
            assertThat(sums[i] / steps).as("of %s", values[i]).isCloseTo(0, within(5 * deviation));
            together += sums[i] / steps / deviation;
        }
        assertThat(together / Math.sqrt(N)).isCloseTo(0, within(5.0));
    }

    @Test
    void neighboursAreAtMostOnePartInEightApart() {
        float[] signed = randomValues(ElementType.SIGNED_8BIT, 2, 4);
        float[] other = randomValues(ElementType.NON_NEGATIVE_8BIT, 3, 9);
        float[] a = stored(ElementType.SIGNED_8BIT, signed, 5);
        float[] b = stored(ElementType.NON_NEGATIVE_8BIT, other, 5);
        for (int i = 0; i < N; i++) {
            assertThat(a[i]).isCloseTo(signed[i], within(Math.abs(signed[i]) / 8 + 0x1p-18f));
            assertThat(b[i]).isCloseTo(other[i], within(other[i] / 8));
        }
    }

    @Test
    void whatIsNotZeroIsNotStoredAsZeroWhereItMustNotBeNegative() {
        float[] values = new float[N];
        values[0] = 1e10f;
        values[1] = 1e-30f;
        float[] loaded = stored(ElementType.NON_NEGATIVE_8BIT, values, 9);
        assertThat(loaded[1]).isPositive().isLessThan(1e10f * 0x1p-31f);
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGNED_8BIT", "NON_NEGATIVE_8BIT"})
    void zerosStayZeros(ElementType type) {
        assertThat(stored(type, new float[N], 3)).containsOnly(0f);
        float[] fresh = new float[N];
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) type.bytes(N)]);
        new EightBit.Coder().load(memory, type, 0, fresh, 0, N);
        assertThat(fresh).containsOnly(0f);
    }

    @Test
    void zerosAmongOthersStayZerosWhereTheyHaveASign() {
        float[] values = new float[N];
        values[7] = -3;
        float[] loaded = stored(ElementType.SIGNED_8BIT, values, 3);
        assertThat(loaded[7]).isNegative();
        loaded[7] = 0;
        assertThat(loaded).containsOnly(0f);
    }

    @ParameterizedTest
    @EnumSource(names = {"SIGNED_8BIT", "NON_NEGATIVE_8BIT"})
    void whatIsNotFiniteMakesTheBlockNaN(ElementType type) {
        float[] all = {Float.NaN, -Float.NaN, Float.intBitsToFloat(-1), Float.POSITIVE_INFINITY};
        for (float value : all) {
            float[] values = new float[2 * N];
            values[N + 3] = 1;
            values[N + 17] = value;
            float[] loaded = stored(type, values, 11);
            for (int i = 0; i < N; i++) {
                assertThat(loaded[i]).isZero();
                assertThat(loaded[N + i]).isNaN();
            }
        }
    }

    /// Every code is stored as itself, whatever is drawn.
    @Test
    void codesAreStoredAsThemselves() {
        ElementType type = ElementType.NON_NEGATIVE_8BIT;
        for (int exponent = -95; exponent < 100; exponent += 13) {
            MemorySegment memory = MemorySegment.ofArray(new byte[260]);
            for (int i = 0; i < N; i++) {
                memory.set(ValueLayout.JAVA_BYTE, i, (byte) i);
            }
            memory.set(ValueLayout.JAVA_INT_UNALIGNED, N, Float.floatToRawIntBits(Math.scalb(1.125f, exponent)));
            EightBit.Coder coder = new EightBit.Coder();
            float[] values = new float[N];
            coder.load(memory, type, 0, values, 0, N);
            MemorySegment copy = MemorySegment.ofArray(new byte[260]);
            coder.store(copy, type, 0, values, N, exponent);
            if (exponent < 90) {
                assertThat(copy.mismatch(memory)).as("exponent %s", exponent).isEqualTo(-1);
            }
        }
    }

    @Test
    void noSubnormalNumberIsStored() {
        Random random = new Random(8);
        for (ElementType type : new ElementType[] {ElementType.SIGNED_8BIT, ElementType.NON_NEGATIVE_8BIT}) {
            float[] values = new float[N];
            for (int i = 0; i < N; i++) {
                values[i] = random.nextFloat() * 0x1p-105f;
            }
            for (float value : stored(type, values, 4)) {
                assertThat(value == 0 || Math.abs(value) >= 0x1p-103f).isTrue();
            }
        }
    }

    @Test
    void partOfABlockMayBeLoaded() {
        float[] values = randomValues(ElementType.SIGNED_8BIT, 6, 2);
        MemorySegment memory = MemorySegment.ofArray(new byte[(int) ElementType.SIGNED_8BIT.bytes(N)]);
        EightBit.Coder coder = new EightBit.Coder();
        coder.store(memory, ElementType.SIGNED_8BIT, 0, values, N, 1);
        float[] part = new float[20];
        coder.load(memory, ElementType.SIGNED_8BIT, 100, part, 5, 15);
        for (int i = 0; i < 15; i++) {
            assertThat(part[5 + i]).isEqualTo((float) ElementType.SIGNED_8BIT.read(memory, 100 + i));
        }
    }
}
