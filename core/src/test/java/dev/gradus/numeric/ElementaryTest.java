package dev.gradus.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementaryTest {
    private static final Evaluation EXP = Evaluation.of(Elementary::exp);
    private static final Evaluation LOG1P = Evaluation.of(Elementary::log1p);
    private static final Evaluation LOG = Evaluation.of(Elementary::log);
    private static final Evaluation TANH = Evaluation.of(Elementary::tanh);
    private static final Evaluation CBRT = Evaluation.of(Elementary::cbrt);

    private static final MathContext PRECISE = new MathContext(60);

    @Test
    void floatExpIsWithinOneUlpOfTheTrueValue() {
        assertThat(worstFloatError(-87.25f, 88.72f, x -> EXP.apply((float) x), StrictMath::exp))
                .isLessThan(1);
    }

    @Test
    void floatLog1pIsWithinOneUlpOfTheTrueValue() {
        assertThat(worstFloatError(-0.999999f, 10, x -> LOG1P.apply((float) x), StrictMath::log1p))
                .isLessThan(1);
        assertThat(worstFloatError(10, 1e30f, x -> LOG1P.apply((float) x), StrictMath::log1p))
                .isLessThan(1);
        assertThat(worstFloatError(-1e-3f, 1e-3f, x -> LOG1P.apply((float) x), StrictMath::log1p))
                .isLessThan(1);
    }

    @Test
    void floatLogIsWithinNineTenthsOfAnUlpOfTheTrueValue() {
        for (float to : new float[] {2, 1e5f, Float.MAX_VALUE}) {
            assertThat(worstFloatError(Float.MIN_VALUE, to, x -> LOG.apply((float) x), StrictMath::log))
                    .isLessThan(0.9);
        }
        assertThat(worstFloatError(0.99f, 1.01f, x -> LOG.apply((float) x), StrictMath::log))
                .isLessThan(0.9);
    }

    @Test
    void floatLogIsAsAccurateAtEveryExponent() {
        Random random = new Random(8);
        for (int exponent = -149; exponent < 128; exponent++) {
            for (int i = 0; i < 1_000; i++) {
                float x = Math.scalb(1 + random.nextFloat(), exponent);
                double exact = StrictMath.log(x);
                assertThat(Math.abs(LOG.apply(x) - exact)).as("log(%s)", x).isLessThan(0.9 * Math.ulp((float) exact));
            }
        }
    }

    @Test
    void doubleLogIsWithinNineTenthsOfAnUlpOfTheTrueValue() {
        Random random = new Random(9);
        for (int i = 0; i < 3_000; i++) {
            double x = i % 3 == 0
                    ? 0.5 + random.nextDouble() * 1.5
                    : i % 3 == 1
                            ? Math.scalb(1 + random.nextDouble(), i % 2098 - 1074)
                            : 1 + (random.nextDouble() - 0.5) * 0x1p-10;
            assertThat(ulps(LOG.apply(x), exactLog(new BigDecimal(x), StrictMath.log(x))))
                    .as("log(%s)", x)
                    .isLessThan(0.9);
        }
    }

    @Test
    void floatTanhIsWithinElevenTenthsOfAnUlpOfTheTrueValue() {
        for (float to : new float[] {0.01f, 1, 10}) {
            assertThat(worstFloatError(-to, to, x -> TANH.apply((float) x), x -> StrictMath.tanh((float) x)))
                    .isLessThan(1.1);
        }
        assertThat(worstFloatError(0.74f, 0.76f, x -> TANH.apply((float) x), x -> StrictMath.tanh((float) x)))
                .isLessThan(1.1);
        Random random = new Random(10);
        for (int exponent = -149; exponent < 5; exponent++) {
            for (int i = 0; i < 1_000; i++) {
                float x = Math.scalb(1 + random.nextFloat(), exponent);
                double exact = StrictMath.tanh(x);
                assertThat(Math.abs(TANH.apply(x) - exact)).as("tanh(%s)", x).isLessThan(1.1 * Math.ulp((float) exact));
            }
        }
    }

    @Test
    void doubleTanhIsWithinElevenTenthsOfAnUlpOfTheTrueValue() {
        Random random = new Random(11);
        for (int i = 0; i < 3_000; i++) {
            double x = i % 3 == 0
                    ? (random.nextDouble() * 2 - 1) * 22
                    : i % 3 == 1 ? random.nextDouble() * 2 - 1 : Math.scalb(1 + random.nextDouble(), i % 60 - 55);
            assertThat(ulps(TANH.apply(x), exactTanh(x))).as("tanh(%s)", x).isLessThan(1.1);
        }
        for (int exponent = -1074; exponent < -55; exponent++) {
            double x = Math.scalb(1 + random.nextDouble(), exponent);
            assertThat(TANH.apply(x)).as("tanh(%s)", x).isEqualTo(x);
        }
    }

    private static BigDecimal exactTanh(double x) {
        BigDecimal e = exactExp(2 * x);
        return e.subtract(BigDecimal.ONE).divide(e.add(BigDecimal.ONE), PRECISE);
    }

    @Test
    void tanhGrowsWithItsArgument() {
        float before = -1;
        for (float x = -12; x < 12; x = Math.nextUp(x + 3e-5f)) {
            float y = TANH.apply(x);
            assertThat(y).as("tanh(%s)", x).isBetween(before, 1f);
            before = y;
        }
    }

    @Test
    void floatCbrtIsWithinFourFifthsOfAnUlpOfTheTrueValue() {
        assertThat(worstFloatError(-1e5f, 1e5f, x -> CBRT.apply((float) x), x -> StrictMath.cbrt((float) x)))
                .isLessThan(0.8);
        Random random = new Random(6);
        for (int i = 0; i < 200_000; i++) {
            float x = Float.intBitsToFloat(random.nextInt(0x7f800000));
            double exact = StrictMath.cbrt(x);
            assertThat(Math.abs(CBRT.apply(x) - exact)).isLessThan(0.8 * Math.ulp((float) exact));
        }
    }

    @Test
    void doubleCbrtIsWithinFourFifthsOfAnUlpOfTheTrueValue() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            double x = i % 2 == 0
                    ? random.nextDouble() * 8
                    : Double.longBitsToDouble(random.nextLong(0x7ff0000000000000L));
            assertThat(ulps(CBRT.apply(x), exactCbrt(x))).as("cbrt(%s)", x).isLessThan(0.8);
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
            assertThat(ulps(EXP.apply(x), exactExp(x))).as("exp(%s)", x).isLessThan(1);
        }
    }

    @Test
    void doubleLog1pIsWithinOneUlpOfTheTrueValue() {
        Random random = new Random(3);
        for (int i = 0; i < 500; i++) {
            double x = i % 2 == 0 ? random.nextDouble() * 2 - 0.99 : StrictMath.exp(random.nextGaussian() * 20);
            assertThat(ulps(LOG1P.apply(x), exactLog1p(x))).as("log1p(%s)", x).isLessThan(1);
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

    private static BigDecimal exactLog1p(double x) {
        return exactLog(BigDecimal.ONE.add(new BigDecimal(x)), StrictMath.log1p(x));
    }

    /// Two steps of Halley's method on the exponential.
    private static BigDecimal exactLog(BigDecimal x, double guess) {
        BigDecimal y = new BigDecimal(guess);
        for (int i = 0; i < 2; i++) {
            BigDecimal e = exactExp(y);
            y = y.add(x.subtract(e).multiply(BigDecimal.TWO).divide(x.add(e), PRECISE));
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
        assertThat(EXP.apply(Float.NaN)).isNaN();
        assertThat(EXP.apply(Float.NEGATIVE_INFINITY)).isZero();
        assertThat(EXP.apply(-90f)).as("subnormal results are 0").isZero();
        assertThat(EXP.apply(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(EXP.apply(89f)).isInfinite();
        assertThat(EXP.apply(0f)).isEqualTo(1);
        assertThat(EXP.apply(Double.NaN)).isNaN();
        assertThat(EXP.apply(Double.NEGATIVE_INFINITY)).isZero();
        assertThat(EXP.apply(-709.0)).isZero();
        assertThat(EXP.apply(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(EXP.apply(0.0)).isEqualTo(1);
        assertThat(LOG1P.apply(-1f)).isEqualTo(Float.NEGATIVE_INFINITY);
        assertThat(LOG1P.apply(-2f)).isNaN();
        assertThat(LOG1P.apply(Float.NaN)).isNaN();
        assertThat(LOG1P.apply(Float.POSITIVE_INFINITY)).isInfinite();
        assertThat(LOG1P.apply(Float.MAX_VALUE)).isEqualTo((float) StrictMath.log1p(Float.MAX_VALUE));
        assertThat(LOG1P.apply(-1.0)).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(LOG1P.apply(-2.0)).isNaN();
        assertThat(LOG1P.apply(Double.NaN)).isNaN();
        assertThat(LOG1P.apply(Double.POSITIVE_INFINITY)).isInfinite();
        assertThat(LOG1P.apply(1e-300)).isEqualTo(1e-300);
        for (double x : new double[] {0.0, -0.0, 1, -1e-40, -1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(LOG.apply(x)).as("log(%s)", x).isEqualTo(Double.valueOf(StrictMath.log(x)));
            assertThat(LOG.apply((float) x)).as("log(%s)", x).isEqualTo(Float.valueOf((float) StrictMath.log(x)));
        }
        for (double x :
                new double[] {0.0, -0.0, 1e-40, -30, 1e30, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(TANH.apply(x)).as("tanh(%s)", x).isEqualTo(Double.valueOf(StrictMath.tanh(x)));
            assertThat(TANH.apply((float) x)).as("tanh(%s)", x).isEqualTo(Float.valueOf((float) StrictMath.tanh(x)));
        }
        assertThat(TANH.apply(Double.NaN)).isNaN();
        assertThat(TANH.apply(Float.NaN)).isNaN();
        assertThat(LOG.apply(Double.NaN)).isNaN();
        assertThat(LOG.apply(Float.NaN)).isNaN();
        assertThat(LOG.apply(Float.MIN_VALUE)).isEqualTo((float) StrictMath.log(Float.MIN_VALUE));
        assertThat(LOG.apply(Double.MIN_VALUE)).isEqualTo(StrictMath.log(Double.MIN_VALUE));
        for (double x : new double[] {0.0, -0.0, 1, -27, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
            assertThat(CBRT.apply(x)).isEqualTo(Double.valueOf(StrictMath.cbrt(x)));
            assertThat(CBRT.apply((float) x)).isEqualTo(Float.valueOf((float) StrictMath.cbrt(x)));
        }
        assertThat(CBRT.apply(Double.NaN)).isNaN();
        assertThat(CBRT.apply(Float.NaN)).isNaN();
        assertThat(CBRT.apply(-0x1p-147f)).as("of subnormals").isEqualTo(-0x1p-49f);
        assertThat(CBRT.apply(0x1p-1074)).isEqualTo(0x1p-358);
    }
}
