package dev.gradus.cli;

import dev.gradus.cli.comparison.Comparison;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Epoch;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.comparison.Trial;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.report.CsvFiles;
import dev.gradus.cli.report.HtmlReport;
import dev.gradus.cli.report.Provenance;
import dev.gradus.cli.report.ResultTable;
import dev.gradus.cli.training.ConvolutionalNetwork;
import dev.gradus.cli.training.DjlTrialRunner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `gradus compare`
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Trains a small convolutional network on handwritten digits with several optimizers and several seeds, "
                    + "prints a table, and writes a report with curves (index.html, and the numbers as CSV).",
            "",
            "Every optimizer gets the same first weights, the same batches, and the same search for its learning rate, "
                    + "which never looks at the test images. Equal arguments give equal results; only times differ.",
            ""
        })
@SuppressWarnings("NullAway.Init") // picocli fills the fields
final class CompareCommand implements Callable<Integer> {
    static final String DEFAULT_OPTIMIZERS = "sgd,adam,adamw,radam,adabelief,lamb,adafactor,lookahead";

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--optimizers",
            paramLabel = "A,B,…",
            hideParamSyntax = true,
            defaultValue = DEFAULT_OPTIMIZERS,
            description = "Which optimizers: names that `gradus rules` lists, or rules in text form "
                    + "(default: ${DEFAULT-VALUE}).")
    private List<String> optimizers;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            defaultValue = "5",
            description = "Trainings of each optimizer, with the seeds 1 to K (default: ${DEFAULT-VALUE}).")
    private String seeds;

    @Mixin
    private TrainingOptions training;

    @Option(
            names = "--no-search",
            description = "Take each optimizer's usual learning rate instead of searching for a good one.")
    private boolean noSearch;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "gradus-report",
            description = "Where the report goes; files of an earlier one are overwritten (default: ${DEFAULT-VALUE}).")
    private Path out;

    @Override
    public Integer call() {
        List<Contender> contenders = Optimizers.distinct(optimizers);
        int seedCount = (int) Numbers.whole("--seeds", seeds, 1, 1000);
        TrainingOptions.Values values = training.read();
        Plan plan = new Plan(
                values.data(),
                contenders,
                values.epochs(),
                seedCount,
                (values.epochs() + 1) / 2,
                noSearch ? List.of() : Plan.SEVEN_FACTORS,
                values.schedule());
        plan.requireScheduleToFit();
        OutputFolder folder = OutputFolder.create(out);
        DjlTrialRunner runner = new DjlTrialRunner();
        contenders.forEach(
                contender -> runner.requireFit(contender, values.data().training()));

        long began = System.nanoTime();
        List<Result> results = compare(plan, runner);
        double seconds = (System.nanoTime() - began) * 1e-9;

        PrintWriter stdout = spec.commandLine().getOut();
        stdout.println();
        stdout.print(ResultTable.of(results).toText());
        stdout.println();
        ResultTable.notes(plan, results).forEach(stdout::println);
        stdout.println();

        Provenance provenance = Provenance.of(
                plan,
                values.dataName(),
                ConvolutionalNetwork.DESCRIPTION,
                "Gradus " + Version.number() + ", " + runner.engine(),
                seconds);
        folder.write("results.csv", CsvFiles.results(results));
        folder.write("curves.csv", CsvFiles.curves(results));
        folder.write("search.csv", CsvFiles.search(results));
        Path page = folder.write("index.html", HtmlReport.of(plan, results, provenance));
        stdout.printf(Locale.ROOT, "Took %.0f s. Report: %s%n", seconds, page.toUri());
        stdout.flush();
        return 0;
    }

    private static List<Result> compare(Plan plan, DjlTrialRunner runner) {
        try (Progress search = new Progress("Learning rates", " epochs", plan.allSearchEpochs());
                Progress training = new Progress("Trainings", " epochs", plan.allEpochs())) {
            return Comparison.run(plan, runner, new Comparison.Listener() {
                @Override
                public void searched(Trial trial, Epoch epoch) {
                    search.step(trial.contender().name() + " with " + Numbers.text(trial.learningRate()));
                    skipRest(search, trial, epoch);
                }

                @Override
                public void trained(Trial trial, Epoch epoch) {
                    search.finish();
                    training.step(String.format(
                            Locale.ROOT,
                            "%s, seed %d: %.1f %%",
                            trial.contender().name(),
                            trial.seed(),
                            100 * epoch.accuracy()));
                    skipRest(training, trial, epoch);
                }
            });
        }
    }

    private static void skipRest(Progress progress, Trial trial, Epoch epoch) {
        if (!epoch.isFinite()) {
            progress.skip(trial.epochs() - epoch.number());
        }
    }
}
