package dev.gradus.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.schedule.Schedule;
import dev.gradus.schedule.Schedules;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// `docs/schedules.md`.
class SchedulesPageTest {
    private static String page() throws IOException {
        return Files.readString(Path.of("..", "docs", "schedules.md"));
    }

    @Test
    void theSchedulesOfItsTablesCanBeRead() throws IOException {
        List<String> texts = page().lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("`", 3)[1])
                .toList();

        assertThat(texts).hasSizeGreaterThan(20).allSatisfy(text -> {
            Schedule schedule = TextForm.STANDARD.parseSchedule(text);
            String shortest = TextForm.STANDARD.printSchedule(schedule);
            assertThat(TextForm.STANDARD.parseSchedule(shortest)).isEqualTo(schedule);
        });
    }

    @Test
    void itNamesAllSchedulesAndAllThatIsMadeOfThem() throws IOException {
        Stream<Method> methods =
                Stream.concat(Stream.of(Schedules.class.getMethods()), Stream.of(Schedule.class.getMethods()));

        assertThat(methods.filter(m -> Schedule.class.isAssignableFrom(m.getReturnType()))
                        .map(m -> m.getName() + "(")
                        .distinct())
                .hasSizeGreaterThan(20)
                .allSatisfy(name -> assertThat(page()).contains(name));
    }
}
