package dev.gradus.cli.chart;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// How values are laid out along an axis.
public enum Scale {
    LINEAR {
        @Override
        double position(double value) {
            return value;
        }

        @Override
        List<Double> ticks(double from, double to, int about) {
            double rough = (to - from) / Math.max(1, about);
            double decade = Math.pow(10, Math.floor(Math.log10(rough)));
            double step = Stream.of(1.0, 2.0, 5.0, 10.0)
                    .map(nice -> nice * decade)
                    .filter(candidate -> candidate >= rough * 0.999)
                    .findFirst()
                    .orElse(10 * decade);
            List<Double> ticks = new ArrayList<>();
            for (long i = (long) Math.ceil(from / step - 1e-9); i * step <= to + 1e-9 * step; i++) {
                ticks.add(i * step);
            }
            return ticks;
        }
    },

    /// Whole numbers, such as epochs.
    COUNT {
        @Override
        double position(double value) {
            return value;
        }

        @Override
        List<Double> ticks(double from, double to, int about) {
            return LINEAR.ticks(from, to, (int) Math.max(1, Math.min(about, to - from)));
        }
    },

    /// Equal ratios are equally far apart; for values larger than 0.
    LOG {
        @Override
        double position(double value) {
            return Math.log10(value);
        }

        @Override
        List<Double> ticks(double from, double to, int about) {
            double decades = Math.log10(to / from);
            List<Integer> digits = decades < 1.2 ? List.of(1, 2, 3, 5) : decades < 2.5 ? List.of(1, 3) : List.of(1);
            int every = (int) Math.max(1, Math.ceil(decades / about));
            List<Double> ticks = new ArrayList<>();
            for (int decade = (int) Math.floor(Math.log10(from)); decade <= Math.log10(to) + 1e-9; decade += every) {
                for (int digit : digits) {
                    double tick = Double.parseDouble(digit + "e" + decade);
                    if (tick >= from * (1 - 1e-9) && tick <= to * (1 + 1e-9)) {
                        ticks.add(tick);
                    }
                }
            }
            return ticks;
        }
    },

    /// Fractions of successes: equal ratios of the failures are equally far apart, so that 99 % and 99.5 % can be
    /// told apart; for values less than 1.
    SUCCESS {
        @Override
        double position(double value) {
            return -Math.log10(1 - value);
        }

        @Override
        List<Double> ticks(double from, double to, int about) {
            return Stream.of(0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9999)
                    .filter(tick -> tick >= from && tick <= to)
                    .toList();
        }
    };

    /// A number that grows evenly along the axis.
    abstract double position(double value);

    /// Values worth a label.
    abstract List<Double> ticks(double from, double to, int about);
}
