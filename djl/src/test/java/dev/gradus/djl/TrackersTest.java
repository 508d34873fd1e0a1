package dev.gradus.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.training.tracker.Tracker;
import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import org.junit.jupiter.api.Test;

class TrackersTest {
    @Test
    void aTrackersFirstUpdateIsOneAndASchedulesIsZero() {
        Tracker tracker = Tracker.factor()
                .setBaseValue(1)
                .setFactor(0.5f)
                .optMaxUpdates(3)
                .build();
        Schedule schedule = Trackers.schedule(tracker);

        assertThat(schedule.at(0)).isEqualTo(0.5);
        assertThat(schedule.at(2)).isEqualTo(0.125);
        assertThat(schedule.at(Long.MAX_VALUE - 1)).isEqualTo(0.125);
    }

    @Test
    void aSchedulesValuesArriveAtDjl() {
        Tracker tracker = Trackers.tracker(Schedules.linear(1, 0, 4));

        assertThat(tracker.getNewValue("any", 1)).isEqualTo(1);
        assertThat(tracker.getNewValue(2)).isEqualTo(0.75f);
        assertThat(tracker.getNewValue(0)).isEqualTo(1);
    }

    @Test
    void schedulesOfOneTrackerAreEqual() {
        Tracker tracker = Tracker.fixed(1);

        assertThat(Trackers.schedule(tracker)).isEqualTo(Trackers.schedule(tracker));
        assertThat(Trackers.schedule(tracker)).isNotEqualTo(Trackers.schedule(Tracker.fixed(1)));
    }
}
