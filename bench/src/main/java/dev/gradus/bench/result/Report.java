package dev.gradus.bench.result;

import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.contest.Suite;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// Everything that one run of the command has measured.
///
/// @param command what was typed
/// @param version of Gradus
/// @param date in the form 2026-01-31
/// @param flags of the JVMs, without the size of their heaps
/// @param seconds that it took
/// @param skipped what could not be measured, and why
public record Report(
        String command,
        String version,
        String date,
        Machine machine,
        List<String> flags,
        double seconds,
        List<Outcome> outcomes,
        List<FirstStep> firstSteps,
        List<EarlySteps> earlySteps,
        List<String> skipped) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public Report {
        flags = List.copyOf(flags);
        outcomes = List.copyOf(outcomes);
        firstSteps = List.copyOf(firstSteps);
        earlySteps = List.copyOf(earlySteps);
        skipped = List.copyOf(skipped);
    }

    /// The contests of a suite.
    public Stream<Outcome> of(Suite suite) {
        return outcomes.stream().filter(outcome -> outcome.contest().suite() == suite);
    }

    /// Whether every element was what the interpreter gives.
    public boolean verified() {
        return outcomes.stream().allMatch(Outcome::verified);
    }

    public String toJson() {
        return JSON.writeValueAsString(this) + "\n";
    }

    /// Writes [#toJson()] into a file, all at once: whoever reads it meanwhile, or after this program was stopped,
    /// finds a whole report.
    public void write(Path file) throws IOException {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            Files.writeString(file, toJson()); // such as /dev/stdout, which must not be replaced
            return;
        }
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path whole = target.resolveSibling(target.getFileName() + ".new");
        Files.writeString(whole, toJson());
        Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// A report from a file that [#toJson()] has made.
    ///
    /// @throws IllegalArgumentException if it is something else
    public static Report read(Path file) {
        try {
            return JSON.readValue(Files.readString(file), Report.class);
        } catch (JacksonException e) {
            throw new IllegalArgumentException(
                    "the file " + file + " is no report of gradus bench: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("the file " + file + " cannot be read", e);
        }
    }
}
