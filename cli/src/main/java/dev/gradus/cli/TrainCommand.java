package dev.gradus.cli;

import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Run;
import dev.gradus.cli.comparison.Trial;
import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.input.InputError;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.Setting;
import dev.gradus.cli.training.DjlTrialRunner;
import dev.gradus.cli.training.TrainingCheckpoints;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `gradus train`
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {"Trains a small convolutional network once, and prints how well it does.", ""},
        footer = {
            "",
            "Schedules (SHAPE), over all steps of the training; lr is that of --lr:",
            "  constant                     lr throughout",
            "  linear[:END]                 in a straight line to END x lr (END: 0)",
            "  cosine[:END]                 along half a cosine to END x lr (END: 0)",
            "  warmup-constant:STEPS        up to lr in STEPS steps, then constant",
            "  warmup-linear:STEPS[:END]    up to lr in STEPS steps, then linear",
            "  warmup-cosine:STEPS[:END]    up to lr in STEPS steps, then cosine",
            "  inverse-sqrt:STEPS           up to lr in STEPS steps, then 1/sqrt(step)",
            "",
            "Examples:",
            "  gradus train --optimizer adabelief --set beta2=0.99 --schedule cosine:0.1",
            "  gradus train --optimizer \"chain(clipByGlobalNorm, radam, decayWeights(0.1, only=rank>=2))\""
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class TrainCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            required = true,
            description = "One of those that `gradus rules` lists, or a rule in text form.")
    private String optimizer;

    @Option(
            names = "--set",
            paramLabel = "NAME=VALUE",
            description =
                    "Changes a hyperparameter, as in --set beta2=0.99; `gradus rules NAME` lists them. Repeatable.")
    private List<String> settings = List.of();

    @Option(names = "--lr", paramLabel = "X", description = "The learning rate (default: the optimizer's usual one).")
    private @Nullable String learningRate;

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Decides the first weights and the batches (default: ${DEFAULT-VALUE}).")
    private String seed;

    @Option(
            names = "--checkpoint",
            paramLabel = "DIR",
            description = "Leaves checkpoints in this folder, of which the last three stay.")
    private @Nullable Path checkpoint;

    @Option(
            names = "--checkpoint-steps",
            paramLabel = "N",
            description = "After how many steps each (default: one epoch).")
    private @Nullable String checkpointSteps;

    @Option(names = "--resume", description = "Goes on from the last checkpoint in --checkpoint, if there is one.")
    private boolean resume;

    @Override
    public Integer call() {
        if (checkpoint == null && (resume || checkpointSteps != null)) {
            throw new InputError((resume ? "--resume" : "--checkpoint-steps") + " needs the folder --checkpoint");
        }
        Contender contender = Optimizers.named(
                optimizer, settings.stream().map(Setting::parse).toList());
        double rate = Optional.ofNullable(learningRate)
                .map(text -> Numbers.positive("--lr", text))
                .orElse(contender.learningRate());
        long seedNumber = Numbers.whole("--seed", seed, 0, Long.MAX_VALUE);
        TrainingOptions.Values values = training.read();
        Dataset dataset = values.data();
        Trial trial = new Trial(contender, rate, values.schedule(), values.epochs(), dataset.batchSize(), seedNumber);
        trial.schedule().over(rate, trial.steps(dataset.training()));

        DjlTrialRunner runner = new DjlTrialRunner();
        runner.requireFit(contender, dataset.training());
        Run run;
        try (Progress progress = new Progress(contender.name(), " epochs", trial.epochs())) {
            run = runner.run(trial, dataset.training(), dataset.test(), checkpoints(trial, dataset), epoch -> {
                progress.step(String.format(
                        Locale.ROOT, "loss %.4f, accuracy %.2f %%", epoch.trainingLoss(), 100 * epoch.accuracy()));
            });
        }
        spec.commandLine().getOut().println(sentence(run, dataset));
        return 0;
    }

    private @Nullable TrainingCheckpoints checkpoints(Trial trial, Dataset dataset) {
        if (checkpoint == null) {
            return null;
        }
        long steps = checkpointSteps == null
                ? Math.max(1, trial.steps(dataset.training()) / trial.epochs())
                : Numbers.whole("--checkpoint-steps", checkpointSteps, 1, Long.MAX_VALUE);
        TrainingCheckpoints checkpoints = new TrainingCheckpoints(checkpoint, steps, resume);
        checkpoints.requireUnused();
        return checkpoints;
    }

    private static String sentence(Run run, Dataset dataset) {
        Trial trial = run.trial();
        String outcome = run.diverged()
                ? String.format(
                        Locale.ROOT,
                        "the loss became NaN or infinite in epoch %d",
                        run.last().number())
                : String.format(
                        Locale.ROOT,
                        "test accuracy %.2f %%, training loss %.4g after %s",
                        100 * run.last().accuracy(),
                        run.last().trainingLoss(),
                        Numbers.count(run.last().number(), "epoch"));
        return String.format(
                Locale.ROOT,
                "%s on %s (lr %s, %s, seed %d): %s; %.0f µs per optimizer step, %.1f s in all.",
                trial.contender().name(),
                dataset.name(),
                Numbers.text(trial.learningRate()),
                trial.schedule(),
                trial.seed(),
                outcome,
                run.stepNanos() / 1e3,
                run.seconds());
    }
}
