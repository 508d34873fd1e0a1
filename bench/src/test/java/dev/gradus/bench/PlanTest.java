package dev.gradus.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.bench.contest.Contest;
import dev.gradus.bench.contest.Layout;
import dev.gradus.bench.contest.Library;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class PlanTest {

    @Test
    void theWholePlanHasEveryRuleAtEverySizeWithOneThreadAndTwo() {
        assertThat(Plan.full().jvms().stream().limit(7))
                .allSatisfy(
                        jvm -> assertThat(jvm.contests()).hasSize(6 * 2).allMatch(contest -> contest.rounds() >= 15));
    }

    @Test
    void eachPeerHasAJvmOfItsOwn() {
        assertThat(Plan.quick().withPeers(true).jvms())
                .filteredOn(jvm -> jvm.peer() != Library.GRADUS)
                .extracting(Plan.Jvm::peer)
                .containsExactly(Library.LIBTORCH, Library.DJL, Library.ND4J, Library.TRIBUO);
    }

    @Test
    void whatNeedsTooMuchMemoryIsLeftOutAndNamed() {
        List<String> skipped = new ArrayList<>();

        Plan fitting = Plan.full().within(2L << 30, skipped);

        assertThat(skipped).anyMatch(sentence -> sentence.startsWith("AdamW, 100 M, 2 threads: needs about "));
        assertThat(fitting.jvms())
                .isNotEmpty()
                .flatMap(Plan.Jvm::contests)
                .extracting(Contest::layout)
                .contains(Layout.M1)
                .doesNotContain(Layout.M100);
        assertThat(fitting.rounds()).isLessThan(Plan.full().rounds());
    }

    @Test
    void onlyWhatMatchesIsMeasured() {
        Plan plan = Plan.full().withPeers(false).only(Pattern.compile("^AdamW, 1 M, 1 thread$"));
        assertThat(plan.jvms())
                .isNotEmpty()
                .allSatisfy(jvm -> assertThat(jvm.contests())
                        .isNotEmpty()
                        .allMatch(contest -> contest.title().equals("AdamW, 1 M, 1 thread")));
    }
}
