package dev.gradus.rule;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.rules.Rules;
import dev.gradus.rules.control.Partition;
import dev.gradus.rules.factored.FactoredRms;
import dev.gradus.rules.layerwise.Centralize;
import dev.gradus.tensor.Shape;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// For which other parameters a trace holds, by what the rule asked about its own.
class TraceTest {
    private static final Shape MATRIX = Shape.of(4, 3);

    /// A rule that looks at the parameter in one way.
    private record Asking(UnaryOperator<Step> how) implements Rule {
        @Override
        public Step apply(Step s) {
            return how.apply(s);
        }
    }

    @Test
    void aRuleThatAsksNothingIsTheSameForAllParametersOfARank() {
        Trace trace = Trace.of(Rules.adam(), "w", MATRIX);
        assertThat(trace.holdsFor("v", Shape.of(7, 5))).isTrue();
        assertThat(trace.holdsFor("w", Shape.of(12))).isFalse();
        assertThat(Trace.of(new Centralize(), "w", MATRIX).holdsFor("v", Shape.of(7, 5)))
                .isTrue();
    }

    @Test
    void whatAMaskSaidDecides() {
        Trace byName = Trace.of(Rules.sgd().onlyFor(Mask.named("*.bias").not()), "head.weight", MATRIX);
        assertThat(byName.holdsFor("tail.weight", Shape.of(7, 5))).isTrue();
        assertThat(byName.holdsFor("head.bias", MATRIX)).isFalse();
        Trace bySize = Trace.of(new Partition(Mask.sizeAtLeast(0, 4), Rules.adam(), Rules.sgd()), "w", MATRIX);
        assertThat(bySize.holdsFor("v", Shape.of(9, 9))).isTrue();
        assertThat(bySize.holdsFor("v", Shape.of(3, 9))).isFalse();
    }

    @Test
    void aRuleThatAsksForTheNameOrTheShapeIsForNoOther() {
        Trace named = Trace.of(
                new Asking(s -> s.parameterName().equals("w")
                        ? s.direction(s.direction().times(2))
                        : s),
                "w",
                MATRIX);
        assertThat(named.holdsFor("w", Shape.of(7, 5))).isTrue();
        assertThat(named.holdsFor("v", MATRIX)).isFalse();
        Trace shaped = Trace.of(new FactoredRms(), "w", MATRIX);
        assertThat(shaped.holdsFor("v", Shape.of(4, 3))).isTrue();
        assertThat(shaped.holdsFor("w", Shape.of(3, 4))).isFalse();
    }
}
