package dev.gradus.testkit.golden;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Replays each file of a folder: the project's own, or the one that `-Dgradus.golden.dir=DIR` names.
class GoldenReplayTest {
    private static final Map<String, Count> COUNTS = new TreeMap<>();
    private static final List<String> ROUNDED = new ArrayList<>();

    private record Count(int replayed, double worst) {
        Count and(Count other) {
            return new Count(replayed + other.replayed, Math.max(worst, other.worst));
        }
    }

    @TestFactory
    Stream<DynamicTest> replays() {
        return GoldenFile.all().stream()
                .map(file -> DynamicTest.dynamicTest(file.name(), file.path().toUri(), () -> replay(file)));
    }

    private static void replay(GoldenFile file) {
        try {
            GoldenFile.Outcome outcome = file.replay();
            COUNTS.merge(outcome.algorithm(), new Count(1, outcome.worst()), Count::and);
            outcome.rounded().forEach(state -> ROUNDED.add(file.name() + ": " + state));
        } catch (RuntimeException | Error e) {
            throw new AssertionError(file.name() + ": " + e.getMessage(), e);
        }
    }

    @AfterAll
    static void printCounts() {
        StringBuilder text =
                new StringBuilder("Golden files replayed, and the part of the tolerance that was used:%n".formatted());
        COUNTS.forEach((algorithm, count) ->
                text.append(String.format("  %-32s %3d  %.1g%n", algorithm, count.replayed, count.worst)));
        text.append(String.format(
                "  %-32s %3d%n",
                "all", COUNTS.values().stream().mapToInt(Count::replayed).sum()));
        if (!ROUNDED.isEmpty()) {
            text.append(String.format("States that are compared within what rounding does:%n"));
            ROUNDED.forEach(state -> text.append(String.format("  %s%n", state)));
        }
        System.out.print(text);
    }
}
