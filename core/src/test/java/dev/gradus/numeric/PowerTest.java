package dev.gradus.numeric;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowerTest {
    private static final MathContext EXACT = new MathContext(60);

    @ParameterizedTest
    @ValueSource(doubles = {0.9, 0.999, 0.9999, 0.5, 0.1, 1.5, 3, 1e-3, 123.456, 1 + 1e-9})
    void wholePowersAreWithinHalfAUnitInTheLastPlace(double base) {
        Power power = new Power();
        for (int n : new int[] {0, 1, 2, 3, 7, 10, 33, 100, 101}) {
            BigDecimal exact = new BigDecimal(base).pow(n, EXACT);
            requireClose(power.of(base, n), exact);
            requireClose(power.of(base, -n), BigDecimal.ONE.divide(exact, EXACT));
        }
        for (int n : new int[] {1_000, 9_999, 200_000}) {
            BigDecimal exact = new BigDecimal(base).pow(n, EXACT);
            if (exact.doubleValue() > 1e-300 && exact.doubleValue() < 1e300) {
                requireClose(power.of(base, n), exact);
            }
        }
    }

    private static void requireClose(double actual, BigDecimal exact) {
        double ulps = new BigDecimal(actual)
                .subtract(exact)
                .divide(new BigDecimal(Math.ulp(actual)), EXACT)
                .abs()
                .doubleValue();
        assertThat(ulps).as("%s against %s", actual, exact).isLessThan(0.501);
    }

    @Test
    void otherPowersAreThoseOfTheJdkButForTheLastBit() {
        Power power = new Power();
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            double x = StrictMath.exp(random.nextDouble(-20, 20));
            double y = random.nextDouble(-20, 20);
            double expected = StrictMath.pow(x, y);
            assertThat(Math.abs(power.of(x, y) - expected))
                    .as("%s to the power of %s", x, y)
                    .isLessThanOrEqualTo(Math.ulp(expected));
        }
    }

    /// A root, squared, is the number again: an exact check of powers that are not whole.
    @Test
    void theSquareRootIsExact() {
        Power power = new Power();
        for (int i = 1; i < 1000; i++) {
            assertThat(power.of((double) i * i, 0.5)).isEqualTo(i);
            assertThat(power.of(i, 0.5)).isEqualTo(Math.sqrt(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0, 2",
        "0, -1",
        "-2, 3",
        "-2, 0.5",
        "NaN, 0",
        "2, NaN",
        "Infinity, 2",
        "2, Infinity",
        "0.5, Infinity",
        "2, 1023",
        "2, 2000",
        "2, -2000",
        "2, -1074",
        "1e-310, 0.5",
        "1, 1e300",
        "-0.0, 3"
    })
    void specialCasesAreThoseOfTheJdk(double x, double y) {
        assertThat(Double.valueOf(new Power().of(x, y))).isEqualTo(Double.valueOf(StrictMath.pow(x, y)));
    }
}
