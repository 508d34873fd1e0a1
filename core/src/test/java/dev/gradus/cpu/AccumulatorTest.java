package dev.gradus.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.expr.Expr;
import dev.gradus.program.Reduction;
import dev.gradus.tensor.Axes;
import dev.gradus.tensor.Shape;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccumulatorTest {
    private static final Axes COLUMNS = new Axes(2, 0b10);
    private static final Axes ROWS = new Axes(2, 0b01);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 1023, 1024, 1025, 2048, 5000, 100_003})
    void totalSumIsTheSumAndDoesNotDependOnHowElementsAreCut(int length) {
        double[] x = random(length);
        double[] whole = reduce(Expr.Reduction.SUM, Shape.of(length), Axes.all(1), Axes.HOST, x, 1024);
        assertThat(whole[0]).isCloseTo(Arrays.stream(x).sum(), within(1e-9));
        for (int cut : new int[] {1, 7, 16, 1000}) {
            assertThat(reduce(Expr.Reduction.SUM, Shape.of(length), Axes.all(1), Axes.HOST, x, cut))
                    .containsExactly(whole);
        }
    }

    @Test
    void aTotalOverTwoBlocksAddsLanesPairwiseAndThenBlocks() {
        double[] x = random(1024 + 3);
        double[] lanes = new double[16];
        for (int i = 0; i < 1024; i++) {
            lanes[i % 16] += x[i];
        }
        for (int width = 8; width > 0; width /= 2) {
            for (int l = 0; l < width; l++) {
                lanes[l] += lanes[l + width];
            }
        }
        double tail = x[1024] + x[1026] + x[1025];
        double[] sum = reduce(Expr.Reduction.SUM, Shape.of(1027), Axes.all(1), Axes.HOST, x, 1024);
        assertThat(sum[0]).isEqualTo(lanes[0] + tail);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16, 100, 1024, 1500})
    void rowsAndColumnsAreReducedSeparately(int columns) {
        int rows = 2100;
        double[] x = random(rows * columns);
        double[] byRow = new double[rows];
        double[] byColumn = new double[columns];
        for (int i = 0; i < x.length; i++) {
            byRow[i / columns] += x[i] * x[i];
            byColumn[i % columns] += x[i] * x[i];
        }
        Shape shape = Shape.of(rows, columns);
        double[] ofRows = reduce(Expr.Reduction.SUM_OF_SQUARES, shape, Axes.all(2), ROWS, x, 1024);
        double[] ofColumns = reduce(Expr.Reduction.SUM_OF_SQUARES, shape, Axes.all(2), COLUMNS, x, 1024);
        assertThat(ofRows).containsExactly(byRow, within(1e-9));
        assertThat(ofColumns).containsExactly(byColumn, within(1e-9));
        assertThat(reduce(Expr.Reduction.SUM_OF_SQUARES, shape, Axes.all(2), ROWS, x, 77))
                .containsExactly(ofRows);
        assertThat(reduce(Expr.Reduction.SUM_OF_SQUARES, shape, Axes.all(2), COLUMNS, x, 77))
                .containsExactly(ofColumns);
    }

    @Test
    void theMiddleAxisCanBeReduced() {
        Shape shape = Shape.of(3, 4, 5);
        double[] x = random(60);
        double[] expected = new double[15];
        for (int i = 0; i < 60; i++) {
            expected[i / 20 * 5 + i % 5] += x[i];
        }
        double[] sums =
                reduce(Expr.Reduction.SUM, shape, Axes.all(3), Axes.all(3).without(1), x, 8);
        assertThat(sums).containsExactly(expected, within(1e-12));
    }

    @Test
    void theMaximumPropagatesNaN() {
        double[] x = random(3000);
        double largest = Arrays.stream(x).max().orElseThrow();
        assertThat(reduce(Expr.Reduction.MAX, Shape.of(3000), Axes.all(1), Axes.HOST, x, 1024)[0])
                .isEqualTo(largest);
        x[1700] = Double.NaN;
        assertThat(reduce(Expr.Reduction.MAX, Shape.of(3000), Axes.all(1), Axes.HOST, x, 1024)[0])
                .isNaN();
    }

    private static double[] reduce(Expr.Reduction kind, Shape shape, Axes from, Axes kept, double[] x, int cut) {
        double[] result = new double[kept.isHost() ? 1 : (int) shape.elements(kept)];
        Accumulator accumulator = new Accumulator(new Reduction(kind, from, kept, 0), shape, result);
        Lanes lanes = new Lanes();
        accumulator.start();
        for (int start = 0; start < x.length; start += cut) {
            int count = Math.min(cut, x.length - start);
            accumulator.add(lanes, Arrays.copyOfRange(x, start, start + count), start, count);
        }
        accumulator.finish();
        return result;
    }

    private static double[] random(int length) {
        return new Random(length).doubles(length, -1, 1).toArray();
    }
}
