package dev.gradus.engine;

import static dev.gradus.rule.Chain.chain;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.program.Program;
import dev.gradus.program.Variant;
import dev.gradus.program.Variant.Total;
import dev.gradus.rule.Rule;
import dev.gradus.rule.Trace;
import dev.gradus.rules.Rules;
import dev.gradus.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Tasks of three parameters that share a norm, played through by hand as a device would.
class CrossReductionsTest {
    private static final Rule CLIP = Rules.clipByGlobalNorm(1);

    private final List<Variant> variants = program(CLIP).variants();
    private final Total total = variants.getFirst().totals().getFirst();
    private final CrossReductions reductions = new CrossReductions(List.of(variants, variants, variants));

    private static Program program(Rule rule) {
        return Program.of(Trace.of(rule, "w", Shape.of(4)), false);
    }

    /// A task at level 0 that contributes a number.
    private TaskStatus begin(int ordinal, double[] slots, double contribution) {
        TaskStatus task = new TaskStatus("p" + ordinal, variants);
        task.begin(0, slots);
        slots[total.operand()] = contribution;
        reductions.expect(ordinal, task);
        return task;
    }

    private double[] slots() {
        return new double[variants.getFirst().registers()];
    }

    @Test
    void contributionsAreAddedInOrderWhicheverComesFirst() {
        // Added in the order of ordinals, the first two leave nothing of the third.
        double[] numbers = {1e100, -1e100, 1};
        double[][] slots = {slots(), slots(), slots()};
        reductions.begin();
        TaskStatus[] tasks = new TaskStatus[3];
        for (int i = 0; i < 3; i++) {
            tasks[i] = begin(i, slots[i], numbers[i]);
            tasks[i].reach(total.level());
        }
        for (int i : new int[] {2, 0, 1}) {
            assertThat(reductions.fill(i, tasks[i])).isFalse();
            reductions.contribute(i, tasks[i]);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(reductions.fill(i, tasks[i])).isTrue();
            assertThat(slots[i][total.register()]).isEqualTo(1);
        }
    }

    @Test
    void onlyParametersThatTakePartCount() {
        double[] slots = slots();
        for (int step = 1; step <= 2; step++) {
            reductions.begin();
            TaskStatus task = begin(1, slots, step);
            task.reach(total.level());
            reductions.contribute(1, task);
            assertThat(reductions.fill(1, task)).isTrue();
            assertThat(slots[total.register()]).isEqualTo(step);
        }
    }

    @Test
    void aTaskThatFailedBeforeItContributedIsWaitedFor() {
        double[] slots = slots();
        reductions.begin();
        TaskStatus failed = begin(0, slots(), 5);
        failed.reach(0);
        failed.fail(new IllegalStateException("boom"));
        TaskStatus other = begin(1, slots, 7);
        other.reach(total.level());
        reductions.contribute(0, failed);
        reductions.contribute(1, other);
        assertThat(reductions.fill(1, other)).isFalse();
        assertThat(failed.isOpen()).isFalse();
        assertThat(failed.explanation()).isEqualTo("\"p0\": boom");
    }

    @Test
    void ordersThatAreOppositeAreStuck() {
        Rule second = Rules.clipByGlobalNorm(2).named("second");
        ReductionOrder one = ReductionOrder.of(program(chain(CLIP, second)));
        ReductionOrder other = ReductionOrder.of(program(chain(second, CLIP)));
        ReductionOrder alone = ReductionOrder.of(program(CLIP));
        assertThat(ReductionOrder.of(program(Rules.adam())).isEmpty()).isTrue();
        assertThat(ReductionOrder.stuck(List.of(one, alone))).isEmpty();
        assertThat(ReductionOrder.stuck(List.of(one, other))).containsExactlyInAnyOrder(one, other);
        assertThat(ReductionOrder.of(program(chain(CLIP, second)))).isEqualTo(one);
    }
}
