package dev.gradus.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// The page for users of torch and optax: every piece of Java on it compiles and runs.
class ComparisonPageTest {
    private static final String PAGE = "docs/from-torch-and-optax.md";

    /// What the page says it assumes.
    static final String FRAME = """
            import static dev.gradus.rule.Chain.chain;
            import static dev.gradus.rule.Mask.named;
            import static dev.gradus.rule.Mask.rankAtLeast;
            import static dev.gradus.rules.Rules.*;
            import static dev.gradus.schedule.Schedules.*;
            import dev.gradus.*;
            import dev.gradus.checkpoint.*;
            import dev.gradus.tensor.Shape;
            import dev.gradus.rule.*;
            import dev.gradus.rules.*;
            import dev.gradus.rules.adaptive.*;
            import dev.gradus.rules.average.*;
            import dev.gradus.rules.clip.*;
            import dev.gradus.rules.control.*;
            import dev.gradus.rules.decay.*;
            import dev.gradus.rules.factored.*;
            import dev.gradus.rules.layerwise.*;
            import dev.gradus.rules.momentum.*;
            import dev.gradus.rules.project.*;
            import dev.gradus.rules.reference.*;
            import dev.gradus.schedule.Schedule;
            import java.nio.file.Path;
            import java.util.List;

            class %s {
                static List<Parameter> parameters(String name) {
                    return List.of(Parameter.of(name, Shape.of(2, 3), new float[] {1, 2, 3, 4, 5, 6})
                            .gradient(new float[] {1, -1, 2, -2, 3, -3}));
                }

                public static void main(String[] args) {
                    List<Parameter> body = parameters("body.weight");
                    List<Parameter> head = parameters("head.weight");
                    %s
                }
            }
            """;

    @TempDir
    private Path classes;

    @TestFactory
    Stream<DynamicTest> everyBlockCompilesAndRuns() throws IOException {
        List<String> blocks = Snippets.blocks(PAGE, "java");
        assertThat(blocks).hasSizeGreaterThan(8);
        return IntStream.range(0, blocks.size())
                .mapToObj(i -> dynamicTest(blocks.get(i).lines().findFirst().orElse(""), () -> {
                    String name = "Snippet" + i;
                    assertThat(Snippets.run(name, FRAME.formatted(name, blocks.get(i)), classes))
                            .isEmpty();
                }));
    }

    /// The tables' second column, where it is a rule of this library's core.
    @Test
    void everyRuleInATableCompiles() throws Exception {
        String page = Files.readString(Path.of("..").resolve(PAGE));
        Pattern code = Pattern.compile("^\\|.*\\| (`.*)\\|$", Pattern.MULTILINE);
        Pattern rule = Pattern.compile("`((?:new |chain\\(|[a-z]\\w*\\()[^`]*)`");
        StringBuilder statements = new StringBuilder("double eta = 1, gamma = 1; Rule rule = sgd();\n");
        int count = 0;
        Matcher rows = code.matcher(page);
        while (rows.find()) {
            Matcher rules = rule.matcher(rows.group(1));
            while (rules.find()) {
                String expression = rules.group(1).replace("new AmsGrad(rule)", "new AmsGrad(adam())");
                statements.append("Rule r%d = %s;%n".formatted(count, expression));
                statements.append("RuleDescription.of(r%d, \"w\", Shape.of(4, 3, 2, 2));%n".formatted(count++));
            }
        }
        assertThat(count).isGreaterThan(15);
        assertThat(Snippets.run("Tables", FRAME.formatted("Tables", statements), classes))
                .isEmpty();
    }
}
