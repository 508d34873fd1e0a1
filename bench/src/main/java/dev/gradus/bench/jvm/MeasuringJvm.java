package dev.gradus.bench.jvm;

import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Outcome;
import dev.gradus.bench.startup.EarlySteps;
import dev.gradus.bench.startup.FirstStep;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import tools.jackson.databind.json.JsonMapper;

/// A fresh JVM with the same Java as this one, in which something is measured.
///
/// @param classPath in the notation of the system
/// @param flags that the JVM is started with
public record MeasuringJvm(String classPath, List<String> flags) {
    private static final int LINES_OF_ERRORS = 12;

    public MeasuringJvm {
        flags = List.copyOf(flags);
    }

    /// Is told what comes out of a JVM.
    public interface Listener {
        /// Something else begins.
        void at(String doing);

        /// A round is done.
        void round();

        /// A contest is done.
        void outcome(Outcome outcome);
    }

    /// Runs contests, one after the other.
    ///
    /// @throws IllegalStateException if the JVM fails
    public void run(List<Contest> contests, Listener listener) {
        start(JsonMapper.builder().build().writeValueAsString(contests), message -> {
            if (message.at() != null) {
                listener.at(message.at());
            } else if (message.outcome() != null) {
                listener.outcome(message.outcome());
            } else if (message.round()) {
                listener.round();
            }
        });
    }

    /// Makes the first step.
    ///
    /// @throws IllegalStateException if the JVM fails
    public FirstStep firstStep() {
        List<FirstStep> results = new ArrayList<>();
        start(Worker.FIRST_STEP, message -> {
            if (message.firstStep() != null) {
                results.add(message.firstStep());
            }
        });
        return results.getFirst();
    }

    /// Makes the first thousand steps, and more.
    ///
    /// @throws IllegalStateException if the JVM fails
    public EarlySteps earlySteps() {
        List<EarlySteps> results = new ArrayList<>();
        start(Worker.EARLY_STEPS, message -> {
            if (message.earlySteps() != null) {
                results.add(message.earlySteps());
            }
        });
        return results.getFirst();
    }

    private void start(String what, Consumer<Message> listener) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(flags);
        command.add("-cp");
        command.add(classPath);
        command.add(Worker.class.getName());
        command.add(what);
        try {
            Path errors = Files.createTempFile("gradus-bench", ".err");
            Process process =
                    new ProcessBuilder(command).redirectError(errors.toFile()).start();
            // Ctrl-C ends this JVM, and must end that one.
            Thread end = new Thread(process::destroyForcibly);
            Runtime.getRuntime().addShutdownHook(end);
            try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    Message message = Message.in(line);
                    if (message != null) {
                        listener.accept(message);
                    }
                }
                int exitCode = process.waitFor();
                if (exitCode != 0) {
                    throw new IllegalStateException("a measuring JVM failed with exit code " + exitCode + ": "
                            + lastLines(Files.readString(errors, StandardCharsets.UTF_8)));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while a measuring JVM works", e);
            } finally {
                process.destroyForcibly();
                Runtime.getRuntime().removeShutdownHook(end);
                Files.deleteIfExists(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a measuring JVM could not be started", e);
        }
    }

    private static String lastLines(String text) {
        List<String> lines =
                text.lines().filter(line -> !line.startsWith("WARNING")).toList();
        return lines.stream().skip(Math.max(0, lines.size() - LINES_OF_ERRORS)).collect(Collectors.joining("\n"));
    }
}
