package dev.gradus.cli;

import dev.gradus.cli.chart.Chart;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Names;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.ScheduleShape;
import dev.gradus.cli.plot.RectifierPlot;
import dev.gradus.cli.plot.SchedulePlot;
import dev.gradus.cli.plot.TrajectoryPlot;
import dev.gradus.testkit.TestProblem;
import dev.gradus.testkit.TestProblems;
import dev.gradus.text.TextError;
import dev.gradus.text.TextForm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `gradus plot`
@Command(
        name = "plot",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Draws a picture, as SVG or PNG.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {PlotCommand.Rectifier.class, PlotCommand.Schedules.class, PlotCommand.Trajectory.class})
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class PlotCommand implements Runnable {
    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        CommandLine command = spec.commandLine();
        command.usage(command.getOut());
    }

    /// Where a picture goes.
    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    static final class Output {
        @Spec(Spec.Target.MIXEE)
        private CommandSpec spec;

        @Option(
                names = "--out",
                paramLabel = "FILE",
                description = "A file that ends in .svg or .png (default: the picture's name with .svg, here).")
        private @Nullable Path file;

        /// Refuses a file that could not be written, before work begins.
        Path file(String name) {
            Path chosen = file == null ? Path.of(name + ".svg") : file;
            String lower = String.valueOf(chosen.getFileName()).toLowerCase(Locale.ROOT);
            if (!lower.endsWith(".svg") && !lower.endsWith(".png")) {
                throw new InputError("--out must end in .svg or .png, got \"" + chosen + "\"");
            }
            Path folder = chosen.toAbsolutePath().getParent();
            if (folder != null && !Files.isDirectory(folder)) {
                throw new InputError("the folder of --out does not exist: " + folder);
            }
            return chosen;
        }

        void write(Chart chart, Path target) {
            try {
                if (target.toString().toLowerCase(Locale.ROOT).endsWith(".svg")) {
                    Files.writeString(target, chart.toSvg());
                } else {
                    ImageIO.write(chart.toImage(), "png", target.toFile());
                }
            } catch (LinkageError | InternalError e) {
                // Java finds no fonts on some servers; SVG leaves them to whoever shows the picture.
                throw new InputError("a PNG cannot be drawn without fonts, and Java finds none here: write to an .svg");
            } catch (IOException e) {
                throw new InputError("the file " + target + " cannot be written: " + OutputFolder.reason(e));
            }
            spec.commandLine().getOut().println(target);
        }
    }

    /// `gradus plot rectifier`
    @Command(
            name = "rectifier",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "RAdam's rectification r of the step, over the steps, for several values of beta2.")
    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    static final class Rectifier implements Callable<Integer> {
        @Option(
                names = "--beta2",
                paramLabel = "X,Y,…",
                hideParamSyntax = true,
                split = ",",
                defaultValue = "0.9,0.99,0.999,0.9999",
                description = "Values in [0, 1) (default: ${DEFAULT-VALUE}).")
        private List<String> beta2;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "10000",
                description = "The last step drawn (default: ${DEFAULT-VALUE}).")
        private String steps;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            List<Double> values =
                    beta2.stream().map(Rectifier::beta2).distinct().toList();
            long last = Numbers.whole("--steps", steps, 10, 100_000_000);
            Path file = output.file("rectifier");
            output.write(RectifierPlot.of(values, last), file);
            return 0;
        }

        private static double beta2(String text) {
            double value = Numbers.finite("--beta2", text);
            if (value < 0 || value >= 1) {
                throw new InputError("--beta2 must be in [0, 1), got \"" + text + "\"");
            }
            return value;
        }
    }

    /// `gradus plot schedule`
    @Command(
            name = "schedule",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = "How learning rates and other hyperparameters move over a training.",
            footer = {
                "",
                "`gradus train --help` lists the shapes, docs/schedules.md the schedules in text form; "
                        + "those say themselves what their values are. A plateau is drawn for a metric that never "
                        + "improves.",
                "",
                "Example:",
                "  gradus plot schedule \"rex(0.1, 0, 1000)\" \"cosineRestarts(0.1, 0, 100, 2).warmup(50)\""
            })
    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    static final class Schedules implements Callable<Integer> {
        @Parameters(
                paramLabel = "SHAPE",
                arity = "0..*",
                description = "Schedules as in `gradus train`, or in text form (default: one of each shape).")
        private List<String> shapes = List.of(
                "constant", "linear", "cosine:0.1", "warmup-linear:100", "warmup-cosine:200", "inverse-sqrt:100");

        @Option(
                names = "--lr",
                paramLabel = "X",
                defaultValue = "0.001",
                description = "The learning rate of the shapes (default: ${DEFAULT-VALUE}).")
        private String learningRate;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "1000",
                description = "Steps of the training (default: ${DEFAULT-VALUE}).")
        private String steps;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            double rate = Numbers.positive("--lr", learningRate);
            long count = Numbers.whole("--steps", steps, 2, 100_000_000);
            List<SchedulePlot.Line> lines =
                    shapes.stream().map(text -> line(text, rate, count)).toList();
            Path file = output.file("schedule");
            output.write(SchedulePlot.of(lines, count), file);
            return 0;
        }

        /// A shape, or a schedule in text form, which has parentheses.
        private static SchedulePlot.Line line(String text, double rate, long steps) {
            if (!text.contains("(")) {
                ScheduleShape shape = ScheduleShape.parse(text);
                return new SchedulePlot.Line(shape.toString(), shape.over(rate, steps));
            }
            try {
                return new SchedulePlot.Line(text.strip(), TextForm.STANDARD.parseSchedule(text));
            } catch (TextError e) {
                throw new InputError("schedule " + text + ", " + e.getMessage());
            }
        }
    }

    /// `gradus plot trajectory`
    @Command(
            name = "trajectory",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class,
            description = {
                "The paths of several optimizers over a test function of two variables.",
                "",
                "Each optimizer takes the learning rate, of 17 from 0.0001 to 1, with which it ends lowest without "
                        + "leaving the picture; --lr gives all the same one.",
                ""
            })
    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    static final class Trajectory implements Callable<Integer> {
        @Parameters(
                paramLabel = "PROBLEM",
                arity = "0..1",
                defaultValue = "rosenbrock",
                description = "rosenbrock, beale or rastrigin (default: ${DEFAULT-VALUE}).")
        private String problem;

        @Option(
                names = "--optimizers",
                paramLabel = "A,B,…",
                hideParamSyntax = true,
                defaultValue = "sgd,adam,radam,adabelief",
                description = "Which optimizers: names that `gradus rules` lists, or rules in text form "
                        + "(default: ${DEFAULT-VALUE}).")
        private List<String> optimizers;

        @Option(
                names = "--steps",
                paramLabel = "N",
                defaultValue = "300",
                description = "Steps of each optimizer (default: ${DEFAULT-VALUE}).")
        private String steps;

        @Option(names = "--lr", paramLabel = "X", description = "One learning rate for all (default: see above).")
        private @Nullable String learningRate;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            List<String> names = TestProblems.all().stream()
                    .map(p -> p.name().toLowerCase(Locale.ROOT))
                    .toList();
            String name = Names.require("test problem", problem.toLowerCase(Locale.ROOT), names);
            TestProblem chosen = TestProblems.all().get(names.indexOf(name));
            List<Contender> contenders = Optimizers.distinct(optimizers);
            int count = (int) Numbers.whole("--steps", steps, 1, 1_000_000);
            Optional<Double> rate = Optional.ofNullable(learningRate).map(text -> Numbers.positive("--lr", text));
            Path file = output.file("trajectory-" + name);
            output.write(TrajectoryPlot.of(chosen, contenders, count, rate), file);
            return 0;
        }
    }
}
