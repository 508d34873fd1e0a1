package dev.gradus.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementaryTest {
    private static final int BLOCK = 1024;

    private static final MathContext PRECISE = new MathContext(60);

    @Test
    void floatExpIsWithinOneUlpOfTheTrueValue() {
        assertThat(worstFloatError(-87.25f, 88.72f, x -> Elementary.exp((float) x), StrictMath::exp))
                .isLessThan(1);
    }

    @Test
    void floatLog1pIsWithinOneUlpOfTheTrueValue() {
        assertThat(worstFloatError(-0.999999f, 10, x -> Elementary.log1p((float) x), StrictMath::log1p))
                .isLessThan(1);
        assertThat(worstFloatError(10, 1e30f, x -> Elementary.log1p((float) x), StrictMath::log1p))
                .isLessThan(1);
        assertThat(worstFloatError(-1e-3f, 1e-3f, x -> Elementary.log1p((float) x), StrictMath::log1p))
                .isLessThan(1);
    }

    @Test
    void floatCbrtIsWithinFourFifthsOfAnUlpOfTheTrueValue() {
        assertThat(worstFloatError(-1e5f, 1e5f, x -> Elementary.cbrt((float) x), x -> StrictMath.cbrt((float) x)))
                .isLessThan(0.8);
        Random random = new Random(6);
        for (int i = 0; i < 200_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt(0x7f800000));
            double exact = StrictMath.cbrt(x);
            assertThat(Math.abs(Elementary.cbrt(x) - exact)).isLessThan(0.8 * Math.ulp((float) exact));
        }
    }

    @Test
    void doubleCbrtIsWithinFourFifthsOfAnUlpOfTheTrueValue() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double x = i % 2 == 0
                    ? random.nextDouble() * 8
                    : Double.longBitsToDouble(random.nextLong(0x7ff0000000000000L));
            assertThat(ulps(Elementary.cbrt(x), exactCbrt(x))).as("cbrt(%s)", x).isLessThan(0.8);
        }
    }

    /// Two of Newton's steps from a value that is right to 16 digits.
    private static BigDecimal exactCbrt(double x) {
        BigDecimal cube = new BigDecimal(x);
        BigDecimal y = new BigDecimal(StrictMath.cbrt(x));
        for (int i = 0; i < 2; i++) {
            BigDecimal excess = y.subtract(cube.divide(y.multiply(y, PRECISE), PRECISE));
            y = y.subtract(excess.divide(BigDecimal.valueOf(3), PRECISE));
        }
        return y;
    }

    /// Every representable float of the range in steps, with random offsets; the reference is accurate to a few
    /// 1e-9 ulp.
    private static double worstFloatError(float from, float to, DoubleUnaryOperator f, DoubleUnaryOperator reference) {
        Random random = new Random(1);
        double worst = 0;
        for (int i = 0; i < 2_000_000; i++) {
            float x = from + (to - from) * random.nextFloat();
            double exact = reference.applyAsDouble(x);
            worst = Math.max(worst, Math.abs(f.applyAsDouble(x) - exact) / Math.ulp((float) exact));
        }
        return worst;
    }

    @Test
    void doubleExpIsWithinOneUlpOfTheTrueValue() {
        Random random = new Random(2);
        for (int i = 0; i < 2_000; i++) {
            double x = (random.nextDouble() * 2 - 1) * (i % 2 == 0 ? 708 : 1);
            assertThat(ulps(Elementary.exp(x), exactExp(x))).as("exp(%s)", x).isLessThan(1);
        }
    }

    @Test
    void doubleLog1pIsWithinOneUlpOfTheTrueValue() {
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            double x = i % 2 == 0 ? random.nextDouble() * 2 - 0.99 : StrictMath.exp(random.nextGaussian() * 20);
            assertThat(ulps(Elementary.log1p(x), exactLog1p(x)))
                    .as("log1p(%s)", x)
                    .isLessThan(1);
        }
    }

    private static double ulps(double actual, BigDecimal exact) {
        return new BigDecimal(actual)
                .subtract(exact)
                .abs()
                .divide(new BigDecimal(Math.ulp(exact.doubleValue())), PRECISE)
                .doubleValue();
    }

    /// The series after halving the argument to below 1/8.
    private static BigDecimal exactExp(double x) {
        int halvings = Math.max(0, Math.getExponent(x) + 4);
        BigDecimal r = new BigDecimal(x).divide(BigDecimal.valueOf(2).pow(halvings), new MathContext(80));
        BigDecimal sum = BigDecimal.ONE;
        BigDecimal term = BigDecimal.ONE;
        for (int n = 1; n < 60; n++) {
            term = term.multiply(r, new MathContext(80)).divide(BigDecimal.valueOf(n), new MathContext(80));
            sum = sum.add(term, new MathContext(80));
        }
        for (int i = 0; i < halvings; i++) {
            sum = sum.multiply(sum, new MathContext(80));
        }
        return sum.round(PRECISE);
    }

    /// Newton's method on the exponential.
    private static BigDecimal exactLog1p(double x) {
        BigDecimal target = BigDecimal.ONE.add(new BigDecimal(x));
        BigDecimal y = new BigDecimal(StrictMath.log1p(x));
        for (int i = 0; i < 2; i++) {
            BigDecimal e = exactExp(y);
            y = y.add(target.subtract(e).multiply(BigDecimal.TWO).divide(target.add(e), PRECISE));
        }
        return y;
    }

    private static BigDecimal exactExp(BigDecimal y) {
        double high = y.doubleValue();
        BigDecimal low = y.subtract(new BigDecimal(high));
        BigDecimal small = BigDecimal.ONE.add(low).add(low.multiply(low).divide(BigDecimal.TWO, PRECISE));
        return exactExp(high).multiply(small, PRECISE);
    }

    @Test
    void specialValuesAreThoseOfTheFunctions() {
        assertThat(Elementary.exp(Float.NaN)).isNaN();
        assertThat(Elementary.exp(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(Elementary.exp(-90f)).as("subnormal results are 0").isZero();
        assertThat(Elementary.exp(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(Elementary.exp(89f)).isInfinite();
        assertThat(Elementary.exp(0f)).isEqualTo(1);
        assertThat(Elementary.exp(Double.NaN)).isNaN();
        assertThat(Elementary.exp(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(Elementary.exp(-709.0)).isZero();
        assertThat(Elementary.exp(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(Elementary.exp(0.0)).isEqualTo(1);
        assertThat(Elementary.log1p(-1f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(Elementary.log1p(-2f)).isNaN();
        assertThat(Elementary.log1p(Float.NaN)).isNaN();
        assertThat(Elementary.log1p(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(Elementary.log1p(Float.MAX_VALUE)).isEqualTo((float) StrictMath.log1p(Float.MAX_VALUE));
        assertThat(Elementary.log1p(-1.0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(Elementary.log1p(-2.0)).isNaN();
        assertThat(Elementary.log1p(Double.NaN)).isNaN();
        assertThat(Elementary.log1p(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(Elementary.log1p(1e-300)).isEqualTo(1e-300);
        for (double x : new double[] {0.0, -0.0, 1, -27, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(Elementary.cbrt(x)).isEqualTo(Double.valueOf(StrictMath.cbrt(x)));
            assertThat(Elementary.cbrt((float) x)).isEqualTo(Float.valueOf((float) StrictMath.cbrt(x)));
        }
        assertThat(Elementary.cbrt(Double.NaN)).isNaN();
        assertThat(Elementary.cbrt(Float.NaN)).isNaN();
        assertThat(Elementary.cbrt(-0x1p-147f)).as("of subnormals").isEqualTo(-0x1p-49f);
        assertThat(Elementary.cbrt(0x1p-1074)).isEqualTo(0x1p-358);
    }

    @Test
    void blocksGiveTheBitsOfSingleValues() {
        Elementary.Scratch scratch = new Elementary.Scratch(BLOCK);
        Random random = new Random(4);
        float[] x = new float[BLOCK];
        double[] y = new double[BLOCK];
        for (int i = 0; i < x.length; i++) {
            y[i] = i % 100 == 0 ? Double.NaN : random.nextGaussian() * (i % 3 == 0 ? 1e-5 : i % 3 == 1 ? 1 : 300);
            x[i] = (float) y[i];
        }
        float[] resultF = new float[x.length];
        double[] resultD = new double[x.length];
        Elementary.exp(resultF, x, 777, scratch);
        Elementary.exp(resultD, y, 777, scratch);
        for (int i = 0; i < 777; i++) {
            assertThat(resultF[i]).isEqualTo(Float.valueOf(Elementary.exp(x[i])));
            assertThat(resultD[i]).isEqualTo(Double.valueOf(Elementary.exp(y[i])));
        }
        Elementary.log1p(resultF, x, 777, scratch);
        Elementary.log1p(resultD, y, 777, scratch);
        for (int i = 0; i < 777; i++) {
            assertThat(resultF[i]).isEqualTo(Float.valueOf(Elementary.log1p(x[i])));
            assertThat(resultD[i]).isEqualTo(Double.valueOf(Elementary.log1p(y[i])));
        }
        Elementary.cbrt(resultF, x, 777, scratch);
        Elementary.cbrt(resultD, y, 777, scratch);
        for (int i = 0; i < 777; i++) {
            assertThat(resultF[i]).isEqualTo(Float.valueOf(Elementary.cbrt(x[i])));
            assertThat(resultD[i]).isEqualTo(Double.valueOf(Elementary.cbrt(y[i])));
        }
        for (int i = 0; i < x.length; i++) {
            x[i] = Math.abs(x[i]) == Float.POSITIVE_INFINITY || Float.isNaN(x[i]) ? 1 : Math.abs(x[i]);
        }
        Elementary.log1p(resultF, x, x.length, scratch);
        for (int i = 0; i < x.length; i++) {
            assertThat(resultF[i]).isEqualTo(Float.valueOf(Elementary.log1p(x[i])));
        }
        x[0] = 0;
        x[1] = -2;
        Elementary.cbrt(resultF, x, x.length, scratch);
        for (int i = 0; i < x.length; i++) {
            assertThat(resultF[i]).isEqualTo(Float.valueOf(Elementary.cbrt(x[i])));
            y[i] = x[i];
        }
        Elementary.cbrt(resultD, y, y.length, scratch);
        for (int i = 0; i < y.length; i++) {
            assertThat(resultD[i]).isEqualTo(Double.valueOf(Elementary.cbrt(y[i])));
        }
    }
}
