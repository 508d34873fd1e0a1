package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.numeric.Evaluation;
import dev.gradus.program.Op;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BlockFunctionsTest {
    private static final double[] SPECIAL = {
        0,
        -0.0,
        1,
        -1,
        -2,
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Double.MIN_VALUE,
        -Double.MIN_VALUE,
        Double.MIN_NORMAL,
        Double.MAX_VALUE,
        -Double.MAX_VALUE
    };

    private final FloatBlocks floats = new FloatBlocks();
    private final DoubleBlocks doubles = new DoubleBlocks();

    static Stream<Op> functions() {
        return Arrays.stream(Op.values()).filter(Op::isFunction);
    }

    @ParameterizedTest
    @MethodSource("functions")
    void blocksGiveTheBitsOfSingleValues(Op op) {
        Evaluation single = Evaluation.of(op.decomposition(true), op.decomposition(false));
        Random random = new Random(4);
        for (int block = 0; block < 100; block++) {
            double[] x = new double[Blocks.SIZE];
            for (int i = 0; i < x.length; i++) {
                // Every other block has regular arguments only.
                double scale = i % 3 == 0 ? 1e-5 : i % 3 == 1 ? 1 : block < 50 ? 300 : 30;
                x[i] = random.nextGaussian() * scale;
                if (block % 4 == 1) {
                    x[i] = Math.abs(x[i]);
                } else if (block % 4 == 2 && i % 100 == 0) {
                    x[i] = SPECIAL[random.nextInt(SPECIAL.length)];
                } else if (block % 4 == 3) {
                    x[i] = Double.longBitsToDouble(random.nextLong());
                }
            }
            requireBitsOfSingleValues(op, single, x, block % 3 == 0 ? 777 : Blocks.SIZE, block % 5 == 0);
        }
    }

    private void requireBitsOfSingleValues(Op op, Evaluation single, double[] x, int count, boolean inPlace) {
        float[] y = new float[x.length];
        for (int i = 0; i < y.length; i++) {
            y[i] = (float) x[i];
        }
        double[] of = x.clone();
        float[] ofFloats = y.clone();
        double[] result = inPlace ? x : new double[x.length];
        float[] floatResult = inPlace ? y : new float[y.length];
        doubles.apply(op, result, x, x, x, count);
        floats.apply(op, floatResult, y, y, y, count);
        for (int i = 0; i < count; i++) {
            assertThat(result[i]).as("%s(%s)", op, of[i]).isEqualTo(Double.valueOf(single.apply(of[i])));
            assertThat(floatResult[i])
                    .as("%s(%s), float", op, ofFloats[i])
                    .isEqualTo(Float.valueOf(single.apply(ofFloats[i])));
        }
    }
}
