package dev.gradus.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.cli.CommandLineTest.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that train, from end to end.
class TrainingTest {
    @TempDir
    private Path folder;

    @Test
    void aSmallComparisonPrintsATableAndWritesAReport() throws Exception {
        Outcome outcome = compare(folder);

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.out())
                .contains("test accuracy", "final loss", "epochs to 95 %", "time per step")
                .contains("the same search for its learning rate: 7 candidates")
                .contains(folder.resolve("index.html").toUri().toString());
        assertThat(outcome.out().lines().filter(line -> line.matches("(sgd|adabelief) .* % .* µs")))
                .hasSize(2);

        String page = Files.readString(folder.resolve("index.html"));
        assertThat(page)
                .contains("<math", "adabelief", "To reproduce this", "gradus compare --optimizers sgd,adabelief")
                .doesNotContain("{{")
                .doesNotContain(">NaN<")
                .doesNotContainPattern("(src|href)=\"http");
        assertThat(Files.readAllLines(folder.resolve("results.csv"))).hasSize(1 + 2);
        assertThat(Files.readAllLines(folder.resolve("curves.csv"))).hasSize(1 + 2);
        assertThat(Files.readAllLines(folder.resolve("search.csv"))).hasSize(1 + 2 * 7);
    }

    @Test
    void equalArgumentsGiveEqualCurves() throws Exception {
        Path first = folder.resolve("first");
        Path second = folder.resolve("second");
        compare(first);
        compare(second);

        for (String file : List.of("curves.csv", "search.csv")) {
            assertThat(second.resolve(file)).hasSameTextualContentAs(first.resolve(file));
        }
    }

    @Test
    void aTrainingEndsWithASentence() {
        Outcome outcome = Outcome.of(
                "train",
                "--optimizer",
                "adam",
                "--set",
                "beta2=0.99",
                "--lr",
                "0.01",
                "--schedule",
                "warmup-cosine:10",
                "--epochs",
                "2",
                "--seed",
                "3");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .matches("adam on digits \\(lr 0\\.01, warmup-cosine:10, seed 3\\): test accuracy 9\\d\\.\\d\\d %, "
                        + "training loss \\S+ after 2 epochs; \\d+ µs per optimizer step, \\d\\.\\d s in all\\.\\R");
    }

    @Test
    void aRuleInTextFormIsTrainedWith() {
        String rule = "chain(centralize(only=rank=4), adabelief(beta2=0.99), decayWeights(only=not \"*_beta\"))";

        Outcome outcome = Outcome.of(
                "train", "--optimizer", rule, "--set", "adabelief.beta1=0.8", "--lr", "0.01", "--epochs", "1");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out()).startsWith(rule + " on digits (lr 0.01, constant, seed 1): test accuracy 9");
    }

    @Test
    void aTrainingThatDivergesSaysSo() {
        Outcome outcome = Outcome.of("train", "--optimizer", "sgd", "--lr", "1e30", "--epochs", "2");

        assertThat(outcome.out()).contains("the loss became NaN or infinite in epoch 1");
        assertThat(outcome.exitCode()).isZero();
    }

    private static Outcome compare(Path out) {
        return Outcome.of(
                "compare", "--optimizers", "sgd,adabelief", "--epochs", "1", "--seeds", "1", "--out", out.toString());
    }
}
