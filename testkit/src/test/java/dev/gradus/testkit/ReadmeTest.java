package dev.gradus.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's code compiles, runs, and prints what the README says.
class ReadmeTest {
    private static final String PAGE = "README.md";

    @TempDir
    private Path classes;

    @Test
    void theTrainingExampleRuns() throws Exception {
        String printed = Snippets.run("Training", Snippets.blocks(PAGE, "java").get(0), classes);
        assertThat(Float.parseFloat(printed.substring(0, printed.indexOf(' ')))).isBetween(-0.5f, 0.5f);
        assertThat(printed).contains("encoder.weight/adabelief.exp_avg");
    }

    @Test
    void thePiecesOnCompositionRun() throws Exception {
        String before = "Parameter table = Parameter.of(\"table\", Shape.of(50, 1), new float[50]);"
                + " float[] rows = new float[3];\n";
        String use = "RuleDescription.of(rule, \"w\", Shape.of(2, 3));\n";
        List<String> pieces = Snippets.blocks(PAGE, "java").subList(2, 4);
        String source = ComparisonPageTest.FRAME.formatted("Pieces", before + String.join("", pieces) + use);
        assertThat(Snippets.run("Pieces", source, classes)).isEmpty();
    }

    @Test
    void theCheckpointsAreWrittenAndRead() throws Exception {
        String before = "Path file = Path.of(\"%1$s/a.safetensors\"), torchFile = Path.of(\"%1$s/b.safetensors\");\n"
                .formatted(classes);
        String source = ComparisonPageTest.FRAME.formatted(
                "Saving", before + Snippets.blocks(PAGE, "java").get(4));
        assertThat(Snippets.run("Saving", source, classes)).isEmpty();
        assertThat(classes.resolve("a.safetensors")).isNotEmptyFile();
        assertThat(classes.resolve("b.safetensors")).isNotEmptyFile();
    }

    @Test
    void theRuleKeepsTheContractAndPrintsTheFormulasThatFollow() throws Exception {
        String formulas = Snippets.block(PAGE, "", "sign(");
        assertThat(Snippets.run("Lion", Snippets.blocks(PAGE, "java").get(1), classes))
                .isEqualTo(formulas);
    }
}
