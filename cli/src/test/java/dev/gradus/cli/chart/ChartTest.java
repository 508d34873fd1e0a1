package dev.gradus.cli.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xml.sax.InputSource;

class ChartTest {
    @ParameterizedTest
    @CsvSource({
        "LINEAR, 0, 10, 5, '0 2 4 6 8 10'",
        "LINEAR, 1, 20, 7, '5 10 15 20'",
        "COUNT, 1, 3, 7, '1 2 3'",
        "COUNT, 0, 1, 7, '0 1'",
        "LOG, 0.001, 100, 8, '0.001 0.01 0.1 1 10 100'",
        "LOG, 0.05, 2, 8, '0.1 0.3 1'",
        "LOG, 1e-12, 1, 4, '10⁻¹² 10⁻⁹ 10⁻⁶ 0.001 1'",
        "SUCCESS, 0.7, 0.9985, 8, '0.8 0.9 0.95 0.98 0.99 0.995 0.998'",
    })
    void ticksAreRoundNumbers(Scale scale, double from, double to, int about, String labels) {
        assertThat(new Axis("", scale, from, to).ticks(about).stream().map(Axis.Tick::label))
                .containsExactly(labels.split(" "));
    }

    @Test
    void equalFailureRatiosAreEquallyFarApart() {
        Axis axis = new Axis("", Scale.SUCCESS, 0.9, 0.999);

        assertThat(axis.fraction(0.99)).isCloseTo(0.5, within(1e-12));
        assertThat(axis.fraction(1)).isEqualTo(1);
        assertThat(axis.fraction(0)).isEqualTo(0);
    }

    @Test
    void anAxisRunsUpwards() {
        assertThatThrownBy(() -> new Axis("loss", Scale.LINEAR, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the axis \"loss\" must run upwards, got 1.0 to 1.0");
    }

    @Test
    void contoursOfAConeAreCircles() {
        double[][] cone = new double[41][41];
        for (int row = 0; row < 41; row++) {
            for (int column = 0; column < 41; column++) {
                cone[row][column] = Math.hypot(row - 20, column - 20);
            }
        }

        List<List<Point>> lines = Contours.lines(cone, 10.5);

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .hasSizeGreaterThan(60)
                .allSatisfy(p -> assertThat(Math.hypot(p.x() - 20, p.y() - 20)).isCloseTo(10.5, within(0.05)));
        assertThat(lines.getFirst().getFirst()).isEqualTo(lines.getFirst().getLast());
    }

    @Test
    void contoursThatLeaveTheGridAreNotCutInPieces() {
        double[][] slope = new double[10][10];
        for (int row = 0; row < 10; row++) {
            for (int column = 0; column < 10; column++) {
                slope[row][column] = column;
            }
        }

        List<List<Point>> lines = Contours.lines(slope, 4.5);

        assertThat(lines).hasSize(1);
        assertThat(lines.getFirst())
                .hasSize(10)
                .allSatisfy(p -> assertThat(p.x()).isEqualTo(4.5));
    }

    @Test
    void aPictureIsWellFormedAndNamesAreEscaped() throws Exception {
        LineChart chart = new LineChart(
                "a < b & c",
                "\"quoted\"",
                new Axis("x", Scale.LINEAR, 0, 2),
                new Axis("y", Scale.LINEAR, 0, 1),
                List.of(
                        new Series("<one>", 0, List.of(new Point(0, 0), new Point(1, Double.NaN), new Point(2, 1))),
                        new Series(
                                "two",
                                9,
                                List.of(new Point(0, 1), new Point(2, 0)),
                                List.of(new Series.Range(0, 0.9, 1), new Series.Range(2, 0, 0.1)))),
                true,
                300,
                200);

        String svg = chart.toSvg();

        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        assertThat(svg)
                .contains("&lt;one&gt;", "a &lt; b &amp; c", "&quot;quoted&quot;")
                .doesNotContain("NaN");
        assertThat(chart.toImage().getWidth()).isEqualTo(600);
    }
}
