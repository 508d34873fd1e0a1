package dev.gradus.testkit.golden;

import dev.gradus.schedule.Curve;
import dev.gradus.schedule.Knot;
import dev.gradus.schedule.ObservingSchedule;
import dev.gradus.schedule.Plateau;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

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
        String name = each.text("name");
        Fields hyper = each.object("hyper");
        Schedule schedule = schedule(name, hyper);
        double[] recorded = each.numbers("values");
        double[] metrics = each.has("metrics") ? each.numbers("metrics") : new double[0];
        double worst = tolerance.compare("values", recorded, values(schedule, recorded.length, metrics));
        if (each.has("momentum")) {
            double[] momentum = each.numbers("momentum");
            Schedule cycle = name.equals("CyclicLR") ? triangleOfMomentum(hyper) : cycleOfMomentum(hyper);
            worst = Math.max(worst, tolerance.compare("momentum", momentum, values(cycle, momentum.length, metrics)));
        }
        each.requireAllRead();
        return worst;
    }

    /// @param metrics what is observed after each value was read; none for most
    private static double[] values(Schedule schedule, int count, double[] metrics) {
        double[] values = new double[count];
        if (schedule instanceof ObservingSchedule observing) {
            Map<String, Double> memory = observing.initialMemory();
            for (int i = 0; i < count; i++) {
                values[i] = observing.at(i, memory);
                memory = observing.observe(memory, metrics[i], i + 1);
            }
        } else {
            for (int i = 0; i < count; i++) {
                values[i] = schedule.at(i);
            }
        }
        return values;
    }

    /// A schedule by the name that its system gives it.
    static Schedule schedule(String name, Fields h) {
        return switch (name) {
            case "warmup_cosine_decay_schedule" -> warmupCosine(h);
            case "cosine_decay_schedule" -> {
                double init = h.number("init_value");
                yield Schedules.cosine(init, init * h.number("alpha"), h.whole("decay_steps"), h.number("exponent", 1));
            }
            case "exponential_decay" -> exponential(h.number("init_value"), h);
            case "warmup_exponential_decay_schedule" -> {
                double peak = h.number("peak_value");
                yield Schedules.linear(h.number("init_value"), peak, h.whole("warmup_steps"))
                        .then(exponential(peak, h));
            }
            case "polynomial_schedule" ->
                Schedules.polynomial(
                                h.number("init_value"),
                                h.number("end_value"),
                                h.whole("transition_steps"),
                                h.number("power"))
                        .after(h.whole("transition_begin"));
            case "linear_schedule" ->
                Schedules.linear(h.number("init_value"), h.number("end_value"), h.whole("transition_steps"))
                        .after(h.whole("transition_begin"));
            case "warmup_constant_schedule" ->
                Schedules.linear(h.number("init_value"), h.number("peak_value"), h.whole("warmup_steps"));
            case "piecewise_constant_schedule" -> scales(h, Curve.CONSTANT);
            case "piecewise_interpolate_schedule" -> scales(h, curve(h, "interpolate_type"));
            case "linear_onecycle_schedule" -> {
                double peak = h.number("peak_value");
                double steps = h.whole("transition_steps");
                double start = peak / h.number("div_factor");
                yield Schedules.piecewise(
                        List.of(
                                Schedules.knot(0, start),
                                Schedules.knot(Math.floor(h.number("pct_start") * steps), peak),
                                Schedules.knot(Math.floor(h.number("pct_final") * steps), start),
                                Schedules.knot(steps, start / h.number("final_div_factor"))),
                        Curve.LINEAR);
            }
            case "cosine_onecycle_schedule" -> {
                double peak = h.number("peak_value");
                double steps = h.whole("transition_steps");
                double start = peak / h.number("div_factor");
                yield Schedules.piecewise(
                        List.of(
                                Schedules.knot(0, start),
                                Schedules.knot(Math.floor(h.number("pct_start") * steps), peak),
                                Schedules.knot(steps, start / h.number("final_div_factor"))),
                        Curve.COSINE);
            }
            case "sgdr_schedule" ->
                h.objects("cosine_kwargs").stream()
                        .map(ScheduleTable::warmupCosine)
                        .reduce(Schedule::then)
                        .orElseThrow();
            case "StepLR" -> Schedules.staircase(h.number("base_lr"), h.number("gamma"), h.whole("step_size"));
            case "MultiStepLR" ->
                Schedules.multiStep(
                        h.number("base_lr"),
                        h.number("gamma"),
                        Arrays.stream(h.numbers("milestones"))
                                .mapToObj(milestone -> (long) milestone)
                                .toList());
            case "ExponentialLR" -> Schedules.exponential(h.number("base_lr"), h.number("gamma"), 1);
            case "CosineAnnealingLR" ->
                Schedules.cosineAnnealing(h.number("base_lr"), h.number("eta_min"), h.whole("T_max"));
            case "CosineAnnealingWarmRestarts" ->
                Schedules.cosineRestarts(h.number("base_lr"), h.number("eta_min"), h.whole("T_0"), h.whole("T_mult"));
            case "OneCycleLR" -> {
                h.node("base_lr"); // torch sets it to the cycle's first value
                double peak = h.number("max_lr");
                double from = peak / h.number("div_factor");
                yield cycle(h, from, peak, from / h.number("final_div_factor"));
            }
            case "CyclicLR" -> triangle(h, h.number("base_lr"), h.number("max_lr"));
            case "LinearLR" -> {
                double base = h.number("base_lr");
                yield Schedules.linear(
                        base * h.number("start_factor"), base * h.number("end_factor"), h.whole("total_iters"));
            }
            case "PolynomialLR" ->
                Schedules.polynomial(h.number("base_lr"), 0, h.whole("total_iters"), h.number("power"));
            case "ConstantLR" -> {
                double base = h.number("base_lr");
                yield Schedules.constant(base * h.number("factor"))
                        .until(h.whole("total_iters"), Schedules.constant(base));
            }
            case "ReduceLROnPlateau" ->
                new Plateau(
                        Schedules.constant(h.number("base_lr")),
                        h.text("mode").equals("min") ? Plateau.Mode.MIN : Plateau.Mode.MAX,
                        h.number("factor"),
                        h.whole("patience"),
                        h.number("threshold"),
                        h.text("threshold_mode").equals("rel") ? Plateau.ThresholdMode.REL : Plateau.ThresholdMode.ABS,
                        h.whole("cooldown"),
                        h.number("min_lr"),
                        h.number("eps"));
            default -> throw new IllegalArgumentException("unknown schedule \"" + name + "\"");
        };
    }

    private static Schedule warmupCosine(Fields h) {
        long warmup = h.whole("warmup_steps");
        double peak = h.number("peak_value");
        return Schedules.linear(h.number("init_value"), peak, warmup)
                .then(Schedules.cosine(
                        peak, h.number("end_value"), h.whole("decay_steps") - warmup, h.number("exponent", 1)));
    }

    /// optax's exponential decay, which ends at the floor if there is one.
    private static Schedule exponential(double from, Fields h) {
        double rate = h.number("decay_rate");
        long steps = h.whole("transition_steps");
        Schedule schedule = (h.flag("staircase")
                        ? Schedules.staircase(from, rate, steps)
                        : Schedules.exponential(from, rate, steps))
                .after(h.whole("transition_begin"));
        Double end = h.numberOrNull("end_value");
        return end == null ? schedule : rate < 1 ? schedule.atLeast(end) : schedule.atMost(end);
    }

    /// Values that are the ones before times a factor.
    private static Schedule scales(Fields h, Curve curve) {
        Fields scales = h.object("boundaries_and_scales");
        double value = h.number("init_value");
        List<Knot> knots = new ArrayList<>(List.of(Schedules.knot(0, value)));
        for (String boundary : scales.keys()) {
            value *= scales.number(boundary);
            knots.add(Schedules.knot(Double.parseDouble(boundary), value));
        }
        return Schedules.piecewise(knots, curve);
    }

    private static Curve curve(Fields h, String key) {
        return switch (h.text(key)) {
            case "linear" -> Curve.LINEAR;
            case "cosine", "cos" -> Curve.COSINE;
            default -> throw h.unknown(key);
        };
    }

    /// The momentum of torch's one-cycle policy.
    private static Schedule cycleOfMomentum(Fields h) {
        double most = h.number("max_momentum");
        return h.flag("cycle_momentum") ? cycle(h, most, h.number("base_momentum"), most) : Schedules.constant(most);
    }

    /// The momentum of torch's cyclical policy.
    private static Schedule triangleOfMomentum(Fields h) {
        return triangle(h, h.number("max_momentum"), h.number("base_momentum"));
    }

    private static Schedule triangle(Fields h, double from, double peak) {
        long up = h.whole("step_size_up");
        Double down = h.numberOrNull("step_size_down");
        long back = down == null ? up : h.whole("step_size_down");
        double gamma = h.number("gamma");
        return switch (h.text("mode")) {
            case "triangular" -> Schedules.triangular(from, peak, up, back);
            case "triangular2" -> Schedules.triangular2(from, peak, up, back);
            case "exp_range" -> Schedules.expRange(from, peak, up, back, gamma);
            default -> throw h.unknown("mode");
        };
    }

    private static Schedule cycle(Fields h, double from, double peak, double to) {
        long steps = h.whole("total_steps");
        double warmup = h.number("pct_start");
        Curve curve = curve(h, "anneal_strategy");
        return h.flag("three_phase")
                ? Schedules.oneCycleThreePhase(from, peak, to, steps, warmup, curve)
                : Schedules.oneCycle(from, peak, to, steps, warmup, curve);
    }
}
