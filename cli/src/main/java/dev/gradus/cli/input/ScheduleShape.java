package dev.gradus.cli.input;

import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.util.Arrays;
import java.util.List;

/// How a learning rate moves over a training, apart from its size; written `warmup-cosine:100:0.1`.
///
/// @param form one of the forms
/// @param warmup steps in which the rate rises in a straight line from 0; 0 for the forms without one
/// @param end the fraction of the learning rate that is reached at the last step
public record ScheduleShape(Form form, long warmup, double end) {

    /// The forms; the help of `gradus train` explains them.
    public enum Form {
        CONSTANT("constant"),
        LINEAR("linear[:END]"),
        COSINE("cosine[:END]"),
        WARMUP_CONSTANT("warmup-constant:STEPS"),
        WARMUP_LINEAR("warmup-linear:STEPS[:END]"),
        WARMUP_COSINE("warmup-cosine:STEPS[:END]"),
        INVERSE_SQRT("inverse-sqrt:STEPS");

        private final String notation;

        Form(String notation) {
            this.notation = notation;
        }

        /// `linear[:END]`
        public String notation() {
            return notation;
        }

        /// The name before the first argument.
        public String word() {
            return notation.replaceFirst("[:\\[].*", "");
        }

        private boolean hasWarmup() {
            return notation.contains(":STEPS");
        }

        private boolean hasEnd() {
            return notation.contains(":END");
        }
    }

    public static final ScheduleShape CONSTANT = new ScheduleShape(Form.CONSTANT, 0, 1);

    public static ScheduleShape parse(String text) {
        List<String> parts = List.of(text.strip().split(":", -1));
        List<String> words = Arrays.stream(Form.values()).map(Form::word).toList();
        Form form = Form.values()[words.indexOf(Names.require("schedule", parts.getFirst(), words))];
        int fewest = form.hasWarmup() ? 2 : 1;
        int most = fewest + (form.hasEnd() ? 1 : 0);
        if (parts.size() < fewest || parts.size() > most) {
            throw new InputError(
                    "the schedule " + form.word() + " is written " + form.notation() + ", got \"" + text + "\"");
        }
        long warmup = form.hasWarmup()
                ? Numbers.whole("STEPS of the schedule " + form.word(), parts.get(1), 1, Long.MAX_VALUE)
                : 0;
        double end = 0;
        if (form.hasEnd() && parts.size() == most) {
            String given = parts.getLast();
            end = Numbers.finite("END of the schedule " + form.word(), given);
            if (end < 0 || end > 1) {
                throw new InputError("END of the schedule " + form.word()
                        + " must be a fraction of the learning rate in [0, 1], got \"" + given + "\"");
            }
        }
        return new ScheduleShape(form, warmup, end);
    }

    /// The schedule for a learning rate and a number of steps.
    ///
    /// Step t, counted from 1, has the value of t − 1 completed updates; a warm-up of w steps begins at lr/w, so
    /// that no step is lost, and the last step has END · lr exactly.
    public Schedule over(double learningRate, long steps) {
        if (steps <= warmup && form != Form.INVERSE_SQRT) {
            throw new InputError("the schedule " + this + " needs more steps than its warm-up has, got " + steps);
        }
        long last = Math.max(1, steps - 1 - warmup);
        Schedule decay = switch (form) {
            case CONSTANT, WARMUP_CONSTANT -> Schedules.constant(learningRate);
            case LINEAR, WARMUP_LINEAR -> Schedules.linear(learningRate, end * learningRate, last);
            case COSINE, WARMUP_COSINE -> Schedules.cosine(learningRate, end * learningRate, last);
            // Noam's curve with the model's width 1 and its peak, at t = warmup, scaled to the learning rate.
            case INVERSE_SQRT -> Schedules.noam(learningRate * Math.sqrt((double) warmup), 1, warmup);
        };
        return warmup == 0 || form == Form.INVERSE_SQRT
                ? decay
                : Schedules.linear(learningRate / warmup, learningRate * (1 + 1.0 / warmup), warmup)
                        .until(warmup, decay);
    }

    /// As it is typed.
    @Override
    public String toString() {
        return form.word() + (form.hasWarmup() ? ":" + warmup : "") + (form.hasEnd() && end != 0 ? ":" + end : "");
    }
}
