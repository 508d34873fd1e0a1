package dev.gradus.testkit.golden;

import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.ArrayList;
import java.util.List;

/// Learning rates of optax's and torch's schedules over many steps.
final class ScheduleTable {
    private ScheduleTable() {}

    /// Compares every case.
    ///
    /// @return the part of the tolerance that the worst value takes
    /// @throws AssertionError naming all cases that differ or cannot be expressed
    static double replay(Fields file) {
        file.node("format");
        Tolerance tolerance = new Tolerance(file.number("tolerance"), 1e-3);
        List<String> failures = new ArrayList<>();
        double worst = 0;
        for (Fields each : file.objects("cases")) {
            String id = each.text("id");
            try {
                worst = Math.max(worst, replay(each, tolerance));
            } catch (IllegalArgumentException | AssertionError e) {
                failures.add(id + ": " + e.getMessage());
            }
        }
        if (!failures.isEmpty()) {
            throw new AssertionError(failures.size() + " schedules fail:\n  " + String.join("\n  ", failures));
        }
        file.requireAllRead();
        return worst;
    }

    private static double replay(Fields each, Tolerance tolerance) {
        each.node("source");
        Schedule schedule = schedule(each.text("name"), each.object("hyper"));
        double[] recorded = each.numbers("values");
        double[] actual = new double[recorded.length];
        for (int i = 0; i < actual.length; i++) {
            actual[i] = schedule.at(i);
        }
        each.requireAllRead();
        return tolerance.compare("values", recorded, actual);
    }

    /// A schedule by the name that its system gives it.
    static Schedule schedule(String name, Fields h) {
        return switch (name) {
            case "warmup_cosine_decay_schedule" -> warmupCosine(h);
            case "cosine_decay_schedule" -> {
                requireLinear(h);
                double init = h.number("init_value");
                yield Schedules.cosine(init, init * h.number("alpha"), h.whole("decay_steps"));
            }
            case "linear_schedule" -> {
                double init = h.number("init_value");
                yield Schedules.constant(init)
                        .until(
                                h.whole("transition_begin"),
                                Schedules.linear(init, h.number("end_value"), h.whole("transition_steps")));
            }
            case "warmup_constant_schedule" ->
                Schedules.linear(h.number("init_value"), h.number("peak_value"), h.whole("warmup_steps"));
            case "piecewise_constant_schedule" -> {
                Fields scales = h.object("boundaries_and_scales");
                List<Piece> pieces = new ArrayList<>();
                double value = h.number("init_value");
                for (String boundary : scales.keys()) {
                    pieces.add(new Piece(Schedules.constant(value), Long.parseLong(boundary)));
                    value *= scales.number(boundary);
                }
                yield joined(pieces, Schedules.constant(value));
            }
            case "sgdr_schedule" -> {
                List<Piece> pieces = new ArrayList<>();
                long end = 0;
                for (Fields cycle : h.objects("cosine_kwargs")) {
                    end += cycle.whole("decay_steps");
                    pieces.add(new Piece(warmupCosine(cycle), end));
                }
                Piece last = pieces.removeLast();
                yield joined(pieces, last.schedule);
            }
            case "MultiStepLR" -> {
                List<Piece> pieces = new ArrayList<>();
                double value = h.number("base_lr");
                for (double milestone : h.numbers("milestones")) {
                    pieces.add(new Piece(Schedules.constant(value), (long) milestone));
                    value *= h.number("gamma");
                }
                yield joined(pieces, Schedules.constant(value));
            }
            case "CosineAnnealingLR" ->
                Schedules.cosineAnnealing(h.number("base_lr"), h.number("eta_min"), h.whole("T_max"));
            case "LinearLR" -> {
                double base = h.number("base_lr");
                yield Schedules.linear(
                        base * h.number("start_factor"), base * h.number("end_factor"), h.whole("total_iters"));
            }
            case "ConstantLR" -> {
                double base = h.number("base_lr");
                yield Schedules.constant(base * h.number("factor"))
                        .until(h.whole("total_iters"), Schedules.constant(base));
            }
            default -> throw new IllegalArgumentException("unknown schedule \"" + name + "\"");
        };
    }

    private static Schedule warmupCosine(Fields h) {
        requireLinear(h);
        return Schedules.warmupCosine(
                h.number("init_value"),
                h.number("peak_value"),
                h.whole("warmup_steps"),
                h.whole("decay_steps"),
                h.number("end_value"));
    }

    /// A power of the cosine cannot be expressed.
    private static void requireLinear(Fields h) {
        if (h.has("exponent")) {
            h.requireOnly("exponent", 1);
        }
    }

    /// @param end the step at which the next piece begins
    private record Piece(Schedule schedule, long end) {}

    private static Schedule joined(List<Piece> pieces, Schedule last) {
        Schedule joined = last;
        for (int i = pieces.size() - 1; i >= 0; i--) {
            long begin = i == 0 ? 0 : pieces.get(i - 1).end;
            joined = pieces.get(i).schedule.until(pieces.get(i).end - begin, joined);
        }
        return joined;
    }
}
