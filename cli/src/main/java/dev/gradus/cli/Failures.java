package dev.gradus.cli;

import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Names;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// How the command fails: one sentence on the error stream, and exit code 2 where the user can mend it.
final class Failures {
    private static final int USER_ERROR = 2;
    private static final int INTERNAL_ERROR = 1;

    private Failures() {}

    static int onParameters(ParameterException exception, String[] args) {
        String sentence = exception instanceof UnmatchedArgumentException unmatched
                ? unmatched(unmatched)
                : oneLine(String.valueOf(exception.getMessage()));
        return fail(exception.getCommandLine(), sentence, USER_ERROR);
    }

    static int onExecution(Exception exception, CommandLine command, ParseResult parsed) {
        if (exception instanceof InputError) {
            return fail(command, String.valueOf(exception.getMessage()), USER_ERROR);
        }
        if (System.getenv("GRADUS_STACKTRACE") != null) {
            exception.printStackTrace(command.getErr());
        }
        return fail(
                command,
                "this should not have happened, please report it: " + oneLine(exception.toString())
                        + " (GRADUS_STACKTRACE=1 shows where)",
                INTERNAL_ERROR);
    }

    private static String unmatched(UnmatchedArgumentException exception) {
        CommandLine command = exception.getCommandLine();
        String given = exception.getUnmatched().getFirst();
        if (given.startsWith("-")) {
            String option = given.replaceFirst("=.*", "");
            List<String> options = command.getCommandSpec().options().stream()
                    .flatMap(o -> Stream.of(o.names()))
                    .filter(name -> name.startsWith("--"))
                    .toList();
            return sentence("option", option, options);
        }
        return command.getSubcommands().isEmpty()
                ? command.getCommandSpec().qualifiedName() + " has no use for the argument \"" + given + "\""
                : sentence("command", given, command.getSubcommands().keySet());
    }

    private static String sentence(String kind, String given, Collection<String> known) {
        return String.valueOf(Names.unknown(kind, given, known).getMessage());
    }

    private static int fail(CommandLine command, String sentence, int exitCode) {
        command.getErr().println("gradus: " + sentence);
        return exitCode;
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\\R\\s*", "; ");
    }
}
