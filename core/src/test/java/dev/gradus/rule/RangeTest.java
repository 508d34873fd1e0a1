package dev.gradus.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RangeTest {
    @Test
    void endsBelongWhereTheBracketsSaySo() {
        Range range = Range.of("[0, 1)");
        assertThat(range.contains(0)).isTrue();
        assertThat(range.contains(1)).isFalse();
        assertThat(Range.of("(0, inf)").contains(0)).isFalse();
        assertThat(Range.of("(-inf, 2]").contains(2)).isTrue();
    }

    @Test
    void anInfinityIsAllowedWhereARangeIncludesItAndNaNNowhere() {
        assertThat(Range.FINITE.contains(Double.NaN)).isFalse();
        assertThat(Range.of("[0, inf)").contains(Double.POSITIVE_INFINITY)).isFalse();
        assertThat(Range.FINITE.contains(Double.NEGATIVE_INFINITY)).isFalse();
        assertThat(Range.of("(0, inf]").contains(Double.POSITIVE_INFINITY)).isTrue();
        assertThat(Range.of("(0, inf]").contains(Double.NaN)).isFalse();
        assertThat(Range.of("(0, inf]")).hasToString("(0, inf]");
    }

    @Test
    void printsAsItIsWritten() {
        assertThat(Range.of("[0, 1)")).hasToString("[0, 1)");
        assertThat(Range.of("(0.5,inf)")).hasToString("(0.5, inf)");
        assertThatThrownBy(() -> Range.of("0..1")).hasMessageContaining("\"0..1\"");
    }

    @Test
    void theErrorNamesOwnerValueAndRange() {
        assertThatThrownBy(() -> Range.of("[0, 1)").check("AdaBelief", "beta1", 1.2))
                .hasMessage("AdaBelief: beta1 must be in [0, 1), got 1.2");
    }
}
