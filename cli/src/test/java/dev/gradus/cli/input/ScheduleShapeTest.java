package dev.gradus.cli.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.gradus.schedule.Schedule;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleShapeTest {

    /// The values at the first, the 21st and the last of 101 steps, of a learning rate of 10.
    @ParameterizedTest
    @CsvSource({
        "constant, 10, 10, 10",
        "linear, 10, 8, 0",
        "linear:0.5, 10, 9, 5",
        "cosine, 10, 9.045085, 0",
        "cosine:0.1, 10, 9.140576, 1",
        "warmup-constant:10, 1, 10, 10",
        "warmup-linear:20, 0.5, 10, 0",
        "warmup-cosine:20:0.2, 0.5, 10, 2",
        "inverse-sqrt:21, 0.47619, 10, 4.559833",
    })
    void valuesOverATraining(String text, double first, double middle, double last) {
        Schedule schedule = ScheduleShape.parse(text).over(10, 101);

        assertThat(schedule.at(0)).isCloseTo(first, within(1e-5));
        assertThat(schedule.at(20)).isCloseTo(middle, within(1e-5));
        assertThat(schedule.at(100)).isCloseTo(last, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"constant", "linear", "cosine:0.1", "warmup-cosine:100", "warmup-linear:7:0.5", "inverse-sqrt:9"
            })
    void isPrintedAsItIsTyped(String text) {
        assertThat(ScheduleShape.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "cosin, unknown schedule \"cosin\": did you mean \"cosine\"?",
        "warmup-cosine, 'the schedule warmup-cosine is written warmup-cosine:STEPS[:END], got \"warmup-cosine\"'",
        "constant:1, 'the schedule constant is written constant, got \"constant:1\"'",
        "warmup-cosine:0, 'STEPS of the schedule warmup-cosine must be a whole number of at least 1, got \"0\"'",
        "linear:x, 'END of the schedule linear must be a number, got \"x\"'",
        "linear:, 'END of the schedule linear must be a number, got \"\"'",
        "linear:NaN, 'END of the schedule linear must be a finite number, got \"NaN\"'",
    })
    void mistakesAreNamed(String text, String sentence) {
        assertThatThrownBy(() -> ScheduleShape.parse(text))
                .isInstanceOf(InputError.class)
                .hasMessage(sentence);
    }
}
