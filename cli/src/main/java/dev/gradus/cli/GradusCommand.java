package dev.gradus.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `gradus`
@Command(
        name = "gradus",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Optimizers for the JVM: lists them, draws them, trains with them, and measures them.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  gradus compare                      train with several optimizers",
            "  gradus rules adabelief              what AdaBelief computes",
            "  gradus train --optimizer radam      train once",
            "  gradus plot trajectory rosenbrock   draw the paths of several optimizers",
            "  gradus bench --quick                measure what steps cost on this machine"
        },
        subcommands = {
            CompareCommand.class,
            TrainCommand.class,
            RulesCommand.class,
            PlotCommand.class,
            BenchCommand.class,
            CheckpointCommand.class
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class GradusCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandLine command = spec.commandLine();
        command.usage(command.getOut());
    }
}
