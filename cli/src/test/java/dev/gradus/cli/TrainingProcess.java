package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// `gradus train` as a process of its own.
///
/// @param log where it prints to
record TrainingProcess(Process process, Path log) {
    /// As the shell has it: 128 and the number of SIGKILL.
    private static final int KILLED = 128 + 9;

    static TrainingProcess start(List<String> arguments, Path log) throws IOException {
        List<String> java = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Dai.djl.offline=true",
                // Starts sooner.
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train");
        Process process = new ProcessBuilder(
                        Stream.concat(java.stream(), arguments.stream()).toList())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new TrainingProcess(process, log);
    }

    /// Waits until it has ended by itself, which must be without an error.
    void finish() throws IOException, InterruptedException {
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
    }

    /// Kills it after a time.
    ///
    /// @return whether that ended it; false if it had ended by itself, which must be without an error
    boolean isKilledAfter(long nanos) throws IOException, InterruptedException {
        if (!process.waitFor(nanos, TimeUnit.NANOSECONDS)) {
            process.destroyForcibly();
        }
        int exitCode = process.waitFor();
        assertThat(exitCode).as(Files.readString(log)).isIn(0, KILLED);
        return exitCode == KILLED;
    }

    long pid() {
        return process.pid();
    }
}
