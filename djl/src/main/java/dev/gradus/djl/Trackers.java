package dev.gradus.djl;

import ai.djl.training.tracker.Tracker;
import dev.gradus.schedule.Schedule;

/// Learning rates in DJL's terms and in ours. DJL counts the update that a value is for, from 1; a [Schedule] counts
/// the updates that are completed, from 0.
public final class Trackers {
    private Trackers() {}

    /// The values of a DJL tracker.
    public static Schedule schedule(Tracker tracker) {
        return new Tracked(tracker);
    }

    /// The values of a schedule, for DJL's own optimizers.
    public static Tracker tracker(Schedule schedule) {
        return update -> (float) schedule.at(Math.max(0, update - 1L));
    }

    private record Tracked(Tracker tracker) implements Schedule {
        @Override
        public double at(long completed) {
            return tracker.getNewValue((int) Math.min(completed + 1, Integer.MAX_VALUE));
        }
    }
}
