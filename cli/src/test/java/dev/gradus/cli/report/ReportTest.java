package dev.gradus.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.cli.comparison.ComparisonTest;
import dev.gradus.cli.comparison.Contender;
import dev.gradus.cli.comparison.Plan;
import dev.gradus.cli.comparison.Result;
import dev.gradus.cli.input.ScheduleShape;
import dev.gradus.rules.Rules;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReportTest {
    private static final Plan PLAN = ComparisonTest.plan(List.of(0.1, 1.0, 10.0));
    private static final List<Result> RESULTS = ComparisonTest.results(PLAN);

    @Test
    void theTableIsAlignedAndTheBestComesFirst() {
        assertThat(ResultTable.of(RESULTS).toText()).isEqualTo("""
                optimizer  learning rate    test accuracy  final loss  epochs to 95 %  time per step
                ─────────  ─────────────  ───────────────  ──────────  ──────────────  ─────────────
                fast                0.01   96.00 ± 1.00 %       0.401               2           3 µs
                slow                0.01  67.00 ± 49.37 %         NaN               2           3 µs
                """);
    }

    @Test
    void theNotesSayWhatWasEqualAndWhatDiverged() {
        assertThat(ResultTable.notes(PLAN, RESULTS))
                .anyMatch(note -> note.startsWith("Every optimizer made 3 trainings (seeds 1 to 3) of 2 epochs"))
                .anyMatch(note -> note.contains("3 candidates") && note.contains("10 images held out"))
                .anyMatch(note -> note.startsWith("slow diverged in 1 of 3 trainings"))
                .allMatch(note -> note.endsWith("."));
    }

    @Test
    void csvHasOneLinePerOptimizerAndOnePerEpoch() {
        assertThat(CsvFiles.results(RESULTS).lines()).hasSize(1 + 2).allMatch(line -> line.split(",", -1).length == 10);
        assertThat(CsvFiles.curves(RESULTS).lines())
                .hasSize(1 + 3 * 2 + 2 * 2 + 1)
                .contains("fast,0.01,1,1,0.8010299956639813,0.8010299956639813,0.93");
        assertThat(CsvFiles.search(RESULTS).lines()).hasSize(1 + 2 * 3);
    }

    @Test
    void aRuleInTextFormIsOneFieldOfCsvAndOneWordOfTheCommand() {
        Contender contender = new Contender(
                "adam(name=\"a\", only=rank>=2)", "made up", Rules.adam().named("a"), 0.01, List.of());
        Plan plan = new Plan(PLAN.data(), List.of(contender), 1, 1, 1, List.of(), ScheduleShape.CONSTANT);
        List<Result> results = ComparisonTest.results(plan);

        assertThat(CsvFiles.results(results).lines().toList().getLast())
                .startsWith("\"adam(name=\"\"a\"\", only=rank>=2)\",0.01,1,");
        assertThat(Provenance.of(plan, "mnist:it's", "a network", "Gradus 1", 12)
                        .command())
                .isEqualTo("gradus compare --optimizers 'adam(name=\"a\", only=rank>=2)' --epochs 1 --seeds 1 "
                        + "--data 'mnist:it'\\''s' --schedule constant --no-search");
    }

    @Test
    void thePageShowsTheTextOfEachRule() {
        String page = HtmlReport.of(PLAN, RESULTS, new Provenance("gradus compare", new LinkedHashMap<>()));

        assertThat(page).contains("<h3>fast</h3>", "<code>adam</code>");
    }

    @Test
    void thePageIsCompleteAndAsksTheNetworkForNothing() {
        LinkedHashMap<String, String> facts = new LinkedHashMap<>();
        facts.put("Data", "<forty> & more");
        String page = HtmlReport.of(PLAN, RESULTS, new Provenance("gradus compare", facts));

        assertThat(page)
                .startsWith("<!doctype html>")
                .contains("<td>96.00 ± 1.00 %</td>", "&lt;forty&gt; &amp; more", "<pre>gradus compare</pre>")
                .contains("<svg", "<math", "prefers-color-scheme: dark")
                .doesNotContain("{{")
                .doesNotContainPattern("(src|href)=\"(http|//)")
                .doesNotContain("@import", "url(http");
    }

    @Test
    void whatReproducesAComparisonIsSaid() {
        Provenance provenance = Provenance.of(PLAN, "toy", "a network", "Gradus 1", 12);

        assertThat(provenance.command())
                .isEqualTo("gradus compare --optimizers fast,slow --epochs 2 --seeds 3 --data toy --schedule constant");
        assertThat(provenance.facts())
                .containsEntry("Seeds", "1 to 3 for first weights and batches, 0 in the search")
                .containsEntry(
                        "Split",
                        "40 training images, 40 test images; the search holds out 5 training images of each digit, "
                                + "drawn with seed 1")
                .containsKeys("Java", "Machine", "Network", "Software", "Took");
    }

    @Test
    void aTrainingThatDivergedLeavesTheChartsReadable() {
        assertThat(Curves.loss(PLAN, RESULTS).toSvg()).doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(Curves.accuracy(PLAN, RESULTS).toSvg()).doesNotContain("NaN").doesNotContain("Infinity");
        assertThat(Curves.search(RESULTS).toSvg()).doesNotContain("NaN").doesNotContain("Infinity");
    }

    @ParameterizedTest
    @CsvSource({"1.234, 1.234", "0.01234, 0.0123", "0.00012, 1.2e-4", "NaN, NaN", "Infinity, infinite"})
    void lossesAreShort(double loss, String text) {
        assertThat(ResultTable.loss(loss)).isEqualTo(text);
    }
}
