package dev.gradus.cli.input;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.rule.Spelling;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamesTest {
    private static final List<String> KNOWN =
            List.of("sgd", "adam", "adamw", "radam", "adabelief", "stable_adam", "lamb");

    @ParameterizedTest
    @CsvSource({
        "adabelif, adabelief",
        "AdaBelief, adabelief",
        "adma, adam",
        "stable-adam, stable_adam",
        "belief, adabelief",
        "adamv, adam",
        "rdam, adam",
        "labm, lamb"
    })
    void theNearestNameIsFound(String given, String nearest) {
        assertThat(Spelling.nearest(given, KNOWN)).contains(nearest);
    }

    @Test
    void whatIsNearToNothingGetsTheWholeList() {
        assertThat(Spelling.nearest("shampoo", KNOWN)).isEmpty();
        assertThat(Names.unknown("optimizer", "shampoo", KNOWN))
                .hasMessage(
                        "unknown optimizer \"shampoo\": known are sgd, adam, adamw, radam, adabelief, stable_adam, lamb");
    }
}
