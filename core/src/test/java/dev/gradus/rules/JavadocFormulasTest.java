package dev.gradus.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradus.expr.Notation;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Trace;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The first code block in the Javadoc of a rule is what the rule does, as [RuleFormulas] prints it for a matrix: the
/// step, then each event under a line `at event:`. Lines that are indented go on with the one before.
class JavadocFormulasTest {
    private static final Shape MATRIX = Shape.of(256, 128);
    private static final String FENCE = "/// ```";

    static Stream<Named<Rule>> rules() {
        Map<Class<?>, Rule> examples = new LinkedHashMap<>();
        List<Rule> catalogue = Stream.concat(Rules.all().stream().map(Rules.Entry::rule), Rules.otherParts().stream())
                .toList();
        Stream.concat(catalogue.stream(), catalogue.stream().flatMap(rule -> TextForm.parts(rule).stream()))
                .filter(part -> part.getClass().getPackageName().startsWith("dev.gradus.rules"))
                .forEach(part -> examples.putIfAbsent(part.getClass(), part));
        return examples.values().stream().map(rule -> Named.of(rule.getClass().getSimpleName(), rule));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void theFormulasOfTheJavadocAreThoseOfTheRule(Rule rule) {
        assertThat(documented(rule))
                .as("formulas in the Javadoc of %s", rule.getClass().getName())
                .isEqualTo(traced(rule));
    }

    private static List<String> traced(Rule rule) {
        List<String> lines = new ArrayList<>(RuleFormulas.lines(rule, MATRIX, Notation.PLAIN));
        for (String event : new TreeSet<>(rule.events())) {
            lines.add("at " + event + ":");
            RuleFormulas.terms(Trace.of(rule, event, "parameter", MATRIX))
                    .forEach(term -> lines.add(Notation.PLAIN.line(term)));
        }
        return lines;
    }

    private static List<String> documented(Rule rule) {
        Path file = Path.of("src", "main", "java", rule.getClass().getName().replace('.', '/') + ".java");
        List<String> javadoc = source(file).stream()
                .dropWhile(line -> !line.startsWith("///"))
                .takeWhile(line -> line.startsWith("///"))
                .toList();
        int start = javadoc.indexOf(FENCE);
        assertThat(start).as("a code block in the Javadoc of %s", file).isNotNegative();
        List<String> lines = new ArrayList<>();
        for (String line : javadoc.subList(start + 1, javadoc.size())) {
            if (line.equals(FENCE)) {
                return lines;
            }
            String text = line.substring("/// ".length());
            if (text.startsWith(" ")) {
                lines.set(lines.size() - 1, lines.getLast() + " " + text.strip());
            } else {
                lines.add(text);
            }
        }
        throw new AssertionError(file + ": the code block in the Javadoc has no end");
    }

    private static List<String> source(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
