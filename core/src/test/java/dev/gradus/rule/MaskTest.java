package dev.gradus.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.tensor.Shape;
import org.junit.jupiter.api.Test;

class MaskTest {
    private static final Shape MATRIX = Shape.of(4, 3);

    @Test
    void patternsMatchWholeNames() {
        assertThat(Mask.named("*.bias").matches("fc.bias", MATRIX)).isTrue();
        assertThat(Mask.named("*.bias").matches("fc.bias2", MATRIX)).isFalse();
        assertThat(Mask.named("fc?.w").matches("fc1.w", MATRIX)).isTrue();
        assertThat(Mask.named("fc?.w").matches("fc12.w", MATRIX)).isFalse();
        assertThat(Mask.named("a.b").matches("axb", MATRIX)).isFalse();
        assertThat(Mask.named("a[0]").matches("a[0]", MATRIX)).isTrue();
    }

    @Test
    void masksCombine() {
        Mask mask = Mask.rankAtLeast(2)
                .and(Mask.size(0, 4))
                .and(Mask.sizeAtLeast(1, 4).not());
        assertThat(mask.matches("w", MATRIX)).isTrue();
        assertThat(mask.matches("w", Shape.of(4, 4))).isFalse();
        assertThat(mask.matches("w", Shape.of(4))).isFalse();
        assertThat(Mask.rank(1).or(Mask.rank(2)).matches("w", MATRIX)).isTrue();
    }

    @Test
    void masksAreValuesThatPrint() {
        Mask mask = Mask.rank(4).and(Mask.named("*.bias").not());
        assertThat(mask)
                .isEqualTo(Mask.rank(4).and(Mask.named("*.bias").not()))
                .hasToString("(rank=4 and not \"*.bias\")");
        assertThat(Mask.of("wide", shape -> true))
                .isEqualTo(Mask.of("wide", shape -> false))
                .hasToString("wide");
        assertThat(mask.not().not()).isEqualTo(mask);
    }
}
