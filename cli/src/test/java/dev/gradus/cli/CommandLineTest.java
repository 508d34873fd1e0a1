package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// What the command says, and how it fails. Trainings are in [TrainingTest].
class CommandLineTest {
    @TempDir
    private Path folder;

    /// @param out what was printed on the standard output
    /// @param err what was printed on the error stream
    record Outcome(int exitCode, String out, String err) {
        static Outcome of(String... arguments) {
            StringWriter out = new StringWriter();
            StringWriter err = new StringWriter();
            CommandLine command =
                    Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
            int exitCode = command.execute(arguments);
            return new Outcome(exitCode, out.toString(), err.toString());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "comparee | unknown command \"comparee\": did you mean \"compare\"?",
                "compare --epoch 3 | unknown option \"--epoch\": did you mean \"--epochs\"?",
                "compare --epochs zero | --epochs must be a whole number from 1 to 100000, got \"zero\"",
                "compare --epochs 0 | --epochs must be a whole number from 1 to 100000, got \"0\"",
                "compare --seeds -1 | --seeds must be a whole number from 1 to 1000, got \"-1\"",
                "compare --optimizers adam,adabelif | unknown optimizer \"adabelif\": did you mean \"adabelief\"?",
                "compare --optimizers adam,adam | --optimizers must name each optimizer once, got adam twice",
                "compare --data digit | unknown data set \"digit\": did you mean \"digits\"?",
                "compare --data mnist | the data set mnist needs the folder of its four files as in mnist:DIR, "
                        + "got \"mnist\"",
                "compare --data mnist:/nowhere | the folder of mnist does not exist: /nowhere",
                "compare --schedule cosin | unknown schedule \"cosin\": did you mean \"cosine\"?",
                "compare surprise | gradus compare has no use for the argument \"surprise\"",
                "train --optimizer adam --lr -1 | --lr must be larger than 0, got \"-1\"",
                "train --optimizer adam --lr NaN | --lr must be a finite number, got \"NaN\"",
                "train --optimizer adam --set beta1=1.2 | adam: beta1 must be in [0, 1), got 1.2",
                "train --optimizer adam --set beta3=0.9 | unknown hyperparameter of adam \"beta3\": did you mean "
                        + "\"beta1\"?",
                "train --optimizer adam --set beta1 | a setting is written name=value as in beta2=0.99, got \"beta1\"",
                "train --optimizer adam --set lr=1 | the learning rate is set with --lr, got --set lr=1",
                "train --optimizer adam --schedule warmup-cosine:5000 | the schedule warmup-cosine:5000 needs more steps "
                        + "than its warm-up has, got 1000",
                "train --optimizer sophia | sophia needs the event update_hessian between its steps, which this command "
                        + "does not cause",
                "train --optimizer adam --resume | --resume needs the folder --checkpoint",
                "rules adabelif | unknown optimizer \"adabelif\": did you mean \"adabelief\"?",
                "compare --optimizers adam,chain(adam,adamm) | optimizer chain(adam,adamm), column 12: unknown rule "
                        + "\"adamm\": did you mean \"adam\"?",
                "compare --optimizers adam,adam() | --optimizers must name each optimizer once, got adam twice",
                "compare --optimizers adam;sgd | --optimizers, column 5: unexpected character \";\"",
                "train --optimizer adam(beta1=1.2) | optimizer adam(beta1=1.2), column 6: Adam: beta1 must be in [0, 1), "
                        + "got 1.2",
                "train --optimizer chain(adam,adam) | optimizer chain(adam,adam), two links are called \"adam\" (both have "
                        + "adam.beta1): give one of them a name of its own with named(\"…\")",
                "train --optimizer centralize | optimizer centralize, centralize works on rows, which parameter "
                        + "02BatchNorm_gamma of shape [16] does not have: mask it with onlyFor(rankAtLeast(2))",
                "plot trajectory --optimizers centralize | optimizer centralize, centralize works on rows, which "
                        + "parameter point of shape [2] does not have: mask it with onlyFor(rankAtLeast(2))",
                "rules adam --parts | --parts stands alone",
                "rules --latex | --latex needs the NAME of an optimizer",
                "plot trajectory rosenbrok | unknown test problem \"rosenbrok\": did you mean \"rosenbrock\"?",
                "plot schedule rex(0.1,0,-1) | schedule rex(0.1,0,-1), column 11: rex: steps must be at least 0, got -1",
                "plot schedule linaer(0,1,9) | schedule linaer(0,1,9), column 1: unknown schedule \"linaer\": did you "
                        + "mean \"linear\"?",
                "plot rectifier --beta2 1 | --beta2 must be in [0, 1), got \"1\"",
                "plot rectifier --out picture.jpg | --out must end in .svg or .png, got \"picture.jpg\"",
                "plot rectifier --out /nowhere/r.svg | the folder of --out does not exist: /nowhere",
                "bench --json /nowhere/rounds.json | the folder of --json does not exist: /nowhere",
                "bench --from /nowhere | the file of --from cannot be read: /nowhere",
                "plot schedule linear:2 | END of the schedule linear must be a fraction of the learning rate in [0, 1], "
                        + "got \"2\"",
            })
    void aMistakeIsOneSentenceAndExitCode2(String arguments, String sentence) {
        Outcome outcome = Outcome.of(arguments.split(" "));

        assertThat(outcome.err()).isEqualTo("gradus: " + sentence + System.lineSeparator());
        assertThat(outcome.exitCode()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aMissingOptionIsNamed() {
        Outcome outcome = Outcome.of("train");

        assertThat(outcome.err()).contains("--optimizer").hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @Test
    void aReportCannotGoWhereAFileIs() throws Exception {
        Path file = Files.createFile(folder.resolve("taken"));

        Outcome outcome = Outcome.of("compare", "--out", file.toString());

        assertThat(outcome.err())
                .contains("the folder " + file + " cannot be made")
                .hasLineCount(1);
        assertThat(outcome.exitCode()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "compare",
                "train",
                "rules",
                "bench",
                "plot",
                "plot rectifier",
                "plot schedule",
                "plot trajectory"
            })
    void everyCommandHasHelp(String command) {
        List<String> words = Stream.concat(Stream.of(command.split(" ")).filter(w -> !w.isEmpty()), Stream.of("--help"))
                .toList();

        Outcome outcome = Outcome.of(words.toArray(String[]::new));

        assertThat(outcome.out()).contains("Usage: gradus").contains("--help");
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
    }

    @Test
    void withoutACommandThereIsHelp() {
        assertThat(Outcome.of().out()).contains("Usage: gradus").contains("compare");
    }

    @Test
    void rulesListsEveryOptimizerOnOneLine() {
        assertThat(Outcome.of("rules").out().lines())
                .anyMatch(line -> line.matches("adam .* 8  exp_avg, exp_avg_sq"))
                .anyMatch(line -> line.matches("sgd .* 4  momentum_buffer"));
    }

    @Test
    void whatDoesNotTrainLoadsNoClassOfDjl() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "rules",
                        "adam")
                .redirectErrorStream(true)
                .start();
        String log = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor()).isZero();
        assertThat(log).contains("dev.gradus.cli.Main").doesNotContain(" ai.djl.", " dev.gradus.djl.");
    }

    @Test
    void aRuleIsDescribedWithItsFormulasStatesAndHyperparameters() {
        assertThat(Outcome.of("rules", "AdaBelief").out())
                .contains("Zhuang et al.")
                .contains("θₜ = θₜ₋₁ − η·m̂ₜ / (√ŝₜ + ε)")
                .contains("adabelief.exp_avg_var")
                .containsPattern("adabelief\\.beta2 +0\\.999 +\\[0, 1\\) +decay rate of the second moment +Zhuang")
                .doesNotContain("Program");
    }

    @Test
    void partsAreListedWithTheirArguments() {
        assertThat(Outcome.of("rules", "--parts").out())
                .contains("decayWeights(weightDecay=0.01)")
                .contains("rectify(rule, threshold=4, inclusive=false, degenerate=momentum, place=outside)");
    }

    @Test
    void aRuleInTextFormIsDescribedLikeAnyOther() {
        assertThat(Outcome.of("rules", "chain(clipByGlobalNorm(1.0), adabelief(beta2=0.99), decayWeights(0.1))")
                        .out())
                .contains("Text form", "  chain(clipByGlobalNorm, adabelief(beta2=0.99), decayWeights(0.1))")
                .contains("taken to be that of adabelief")
                .contains("θₜ = θₜ₋₁ − η·(m̂ₜ / (√ŝₜ + ε) + λ·θₜ₋₁)")
                .containsPattern("decayWeights\\.weight_decay +0\\.1 ");
        assertThat(Outcome.of("rules", "adamw").out()).contains("  chain(adam, decayWeights)");
        assertThat(Outcome.of("rules", "chain(adam, decayWeights(0.01))").out())
                .isEqualTo(Outcome.of("rules", "adamw").out());
    }

    @Test
    void aRuleHasFormulasInLatexAndAProgram() {
        assertThat(Outcome.of("rules", "adam", "--latex").out())
                .startsWith("\\begin{aligned}")
                .contains("\\frac");
        assertThat(Outcome.of("rules", "adam", "--program").out()).contains("store theta");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rectifier",
                "schedule",
                "schedule constant(-1).warmup(99) plateau(constant(1),factor=0.5,patience=99) constant",
                "trajectory beale --steps 20 --optimizers sgd,adam"
            })
    void aPictureIsWrittenInBothFormats(String plot) throws Exception {
        for (String ending : List.of("svg", "png")) {
            Path file = folder.resolve("picture." + ending);
            List<String> words = Stream.concat(
                            Stream.of("plot"),
                            Stream.concat(Stream.of(plot.split(" ")), Stream.of("--out", file.toString())))
                    .toList();

            Outcome outcome = Outcome.of(words.toArray(String[]::new));

            assertThat(outcome).isEqualTo(new Outcome(0, file + System.lineSeparator(), ""));
            assertThat(Files.size(file)).isGreaterThan(5_000);
        }
        assertThat(Files.readString(folder.resolve("picture.svg")))
                .startsWith("<svg ")
                .doesNotContainPattern("[ML ]NaN");
    }
}
