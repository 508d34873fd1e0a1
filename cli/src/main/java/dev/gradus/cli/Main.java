package dev.gradus.cli;

import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;

/// Runs the `gradus` command.
public final class Main {
    /// Kept, because the logging system does not keep it.
    private static final Logger GRADUS = Logger.getLogger("dev.gradus");

    private Main() {}

    public static void main(String[] args) {
        // No picture needs a screen, and some machines that train have none.
        System.setProperty("java.awt.headless", "true");
        // Numbers look the same everywhere, as in papers and CSV files.
        Locale.setDefault(Locale.ROOT);
        // The command line runs small networks, which need no SIMD kernels and no advice about them.
        GRADUS.setLevel(Level.WARNING);
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
