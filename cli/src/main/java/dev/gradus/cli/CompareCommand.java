package dev.gradus.cli;

import dev.gradus.cli.comparison.Comparison;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Epoch;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.comparison.Trial;
import dev.gradus.cli.data.Dataset;
import dev.gradus.cli.input.Numbers;
import dev.gradus.cli.input.ScheduleShape;
import dev.gradus.cli.report.CsvFiles;
import dev.gradus.cli.report.HtmlReport;
import dev.gradus.cli.report.Provenance;
import dev.gradus.cli.report.ResultTable;
import dev.gradus.cli.training.ConvolutionalNetwork;
import dev.gradus.cli.training.DjlTrialRunner;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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
            split = ",",
            defaultValue = DEFAULT_OPTIMIZERS,
            description = "Which optimizers; `gradus rules` lists all (default: ${DEFAULT-VALUE}).")
    private List<String> optimizers;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            description = "Passes over the training images (default: 20 for digits, 2 for mnist).")
    private @Nullable String epochs;

    @Option(
            names = "--seeds",
            paramLabel = "K",
            defaultValue = "5",
            description = "Trainings of each optimizer, with the seeds 1 to K (default: ${DEFAULT-VALUE}).")
    private String seeds;

    @Option(
            names = "--data",
            paramLabel = Dataset.NOTATION,
            defaultValue = "digits",
            description = "digits: 1,797 images that ship with Gradus; mnist: your own copy of the four MNIST files, "
                    + ".gz or not, half a minute per epoch (default: ${DEFAULT-VALUE}).")
    private String data;

    @Option(
            names = "--schedule",
            paramLabel = "SHAPE",
            defaultValue = "constant",
            description = "How the learning rate moves, as `gradus train --help` lists (default: ${DEFAULT-VALUE}).")
    private String schedule;

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
        ScheduleShape shape = ScheduleShape.parse(schedule);
        Optional<Integer> givenEpochs =
                Optional.ofNullable(epochs).map(text -> (int) Numbers.whole("--epochs", text, 1, 100_000));
        Dataset dataset = Dataset.read(data);
        int epochCount = givenEpochs.orElse(dataset.epochs());
        Plan plan = new Plan(
                dataset,
                contenders,
                epochCount,
                seedCount,
                (epochCount + 1) / 2,
                noSearch ? List.of() : Plan.SEVEN_FACTORS,
                shape);
        plan.requireScheduleToFit();
        OutputFolder folder = OutputFolder.create(out);

        long began = System.nanoTime();
        DjlTrialRunner runner = new DjlTrialRunner();
        List<Result> results = compare(plan, runner);
        double seconds = (System.nanoTime() - began) * 1e-9;

        PrintWriter stdout = spec.commandLine().getOut();
        stdout.println();
        stdout.print(ResultTable.of(results).toText());
        stdout.println();
        ResultTable.notes(plan, results).forEach(stdout::println);
        stdout.println();

        folder.write("results.csv", CsvFiles.results(results));
        folder.write("curves.csv", CsvFiles.curves(results));
        folder.write("search.csv", CsvFiles.search(results));
        Path page = folder.write("index.html", HtmlReport.of(plan, results, provenance(plan, runner, seconds)));
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

    private Provenance provenance(Plan plan, DjlTrialRunner runner, double seconds) {
        String command = "gradus compare --optimizers %s --epochs %d --seeds %d --data %s --schedule %s%s"
                .formatted(
                        String.join(
                                ",",
                                plan.contenders().stream().map(Contender::name).toList()),
                        plan.epochs(),
                        plan.seeds(),
                        data,
                        plan.schedule(),
                        noSearch ? " --no-search" : "");
        SequencedMap<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", plan.data().description());
        facts.put(
                "Split",
                "%,d training images, %,d test images%s"
                        .formatted(
                                plan.data().training().count(),
                                plan.data().test().count(),
                                noSearch
                                        ? ""
                                        : "; the search holds out %d training images of each digit, drawn with seed %d"
                                                .formatted(plan.data().validationPerClass(), Plan.VALIDATION_SEED)));
        facts.put("Network", ConvolutionalNetwork.DESCRIPTION);
        facts.put(
                "Training",
                "batches of %d, mean cross-entropy, learning rate %s, %d epochs"
                        .formatted(plan.data().batchSize(), plan.schedule(), plan.epochs()));
        facts.put(
                "Seeds",
                "1 to %d for first weights and batches; %d in the search".formatted(plan.seeds(), Plan.SEARCH_SEED));
        facts.put("Gradus", Version.number());
        facts.put("Engine", runner.engine() + ", one thread");
        facts.putAll(Provenance.machine());
        facts.put("Took", String.format(Locale.ROOT, "%.0f s, on %s", seconds, LocalDate.now(ZoneId.systemDefault())));
        return new Provenance(command, facts);
    }
}
