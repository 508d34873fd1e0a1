package dev.gradus.cli.chart;

import java.util.List;
import java.util.Locale;
import java.util.function.DoubleFunction;

/// One direction of a chart.
///
/// @param label what is measured, with its unit
/// @param from the value at the beginning
/// @param to the value at the end
/// @param format how a tick is written
public record Axis(String label, Scale scale, double from, double to, DoubleFunction<String> format) {

    public Axis {
        if (!(from < to)) {
            throw new IllegalArgumentException(
                    "the axis \"" + label + "\" must run upwards, got " + from + " to " + to);
        }
    }

    public Axis(String label, Scale scale, double from, double to) {
        this(label, scale, from, to, Axis::plain);
    }

    /// A mark on an axis.
    public record Tick(double value, String label) {}

    /// Where a value stands between the beginning (0) and the end (1); values outside are moved to the nearer one.
    public double fraction(double value) {
        double begin = scale.position(from);
        double end = scale.position(to);
        double clamped = Math.clamp(value, from, to);
        return (scale.position(clamped) - begin) / (end - begin);
    }

    /// Where a value stands, not limited to the axis.
    double unboundedFraction(double value) {
        double begin = scale.position(from);
        return (scale.position(value) - begin) / (scale.position(to) - begin);
    }

    public List<Tick> ticks(int about) {
        return scale.ticks(from, to, about).stream()
                .map(value -> new Tick(value, format.apply(value)))
                .toList();
    }

    /// `0.05`, `12,000`, `10⁻⁵`
    public static String plain(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e6)) {
            String[] parts = String.format(Locale.ROOT, "%.0e", value).split("e", 2);
            String power = "10" + superscript(Integer.parseInt(parts[1]));
            return parts[0].equals("1") ? power : parts[0] + "·" + power;
        }
        String text = String.format(Locale.ROOT, "%,.4f", value);
        return text.replaceFirst("\\.?0+$", "").replaceFirst("^-", "−");
    }

    /// `95 %`, `99.5 %`
    public static String percent(double fraction) {
        return plain(Math.round(fraction * 1e6) / 1e4) + " %";
    }

    private static String superscript(int exponent) {
        StringBuilder text = new StringBuilder();
        for (char digit : Integer.toString(exponent).toCharArray()) {
            text.append(digit == '-' ? '⁻' : "⁰¹²³⁴⁵⁶⁷⁸⁹".charAt(digit - '0'));
        }
        return text.toString();
    }
}
