package dev.gradus.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import picocli.CommandLine;

/// Runs the `gradus` command.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        // No picture needs a screen, and some machines that train have none.
        System.setProperty("java.awt.headless", "true");
        // Numbers look the same everywhere, as in papers and CSV files.
        Locale.setDefault(Locale.ROOT);
        System.exit(commandLine().execute(args));
    }

    /// The command with its error handling, ready to be executed.
    static CommandLine commandLine() {
        return new CommandLine(new GradusCommand())
                .setOut(new PrintWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8), true))
                .setErr(new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true))
                .setParameterExceptionHandler(Failures::onParameters)
                .setExecutionExceptionHandler(Failures::onExecution)
                .setUsageHelpAutoWidth(true);
    }
}
