package dev.gradus.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.gradus.RuleDescription;
import dev.gradus.expr.Notation;
import dev.gradus.rule.Rule;
import dev.gradus.rule.RuleFormulas;
import dev.gradus.rule.Spelling;
import dev.gradus.rule.Trace.HyperUse;
import dev.gradus.rules.Rules.Entry;
import dev.gradus.tensor.Shape;
import dev.gradus.text.TextForm;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RulesTest {
    @Test
    void namesAreUnique() {
        assertThat(Rules.all()).extracting(Entry::name).doesNotHaveDuplicates();
    }

    @Test
    void everyOptimizerHasAMethodAndEveryMethodAnOptimizer() {
        Map<String, Rule> made = new TreeMap<>();
        for (Method method : Rules.class.getMethods()) {
            if (Modifier.isStatic(method.getModifiers())
                    && method.getParameterCount() == 0
                    && Rule.class.isAssignableFrom(method.getReturnType())) {
                made.put(Spelling.fold(method.getName()), rule(method));
            }
        }
        Map<String, Rule> listed = new TreeMap<>();
        Rules.all().forEach(entry -> listed.put(Spelling.fold(entry.name()), entry.rule()));
        Rules.otherParts().stream()
                .filter(part -> made.containsKey(Spelling.fold(part.name())))
                .forEach(part -> listed.put(Spelling.fold(part.name()), part));

        assertThat(made).isEqualTo(listed);
    }

    private static Rule rule(Method factory) {
        try {
            return (Rule) factory.invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void everyRuleIsPartOfAnOptimizerOrAnotherPart() {
        List<Rule> parts = Stream.concat(Rules.all().stream().map(Entry::rule), Rules.otherParts().stream())
                .flatMap(rule -> TextForm.parts(rule).stream())
                .toList();

        assertThat(new ClassFileImporter()
                                .withImportOption(new ImportOption.DoNotIncludeTests())
                                .importPackages("dev.gradus.rules")
                                .stream()
                                .filter(type -> type.isRecord() && type.isAssignableTo(Rule.class)))
                .extracting(JavaClass::getName)
                .isSubsetOf(
                        parts.stream().map(part -> part.getClass().getName()).toList());
    }

    @Test
    void namesAreFoundHoweverTheyAreSpelled() {
        assertThat(Rules.named("AdaBelief").name()).isEqualTo("adabelief");
        assertThat(Rules.named("adam-gcc").name()).isEqualTo("adam_gcc");
        assertThatThrownBy(() -> Rules.named("adamm"))
                .hasMessage("there is no optimizer \"adamm\": did you mean \"adam\"?");
    }

    @ParameterizedTest
    @MethodSource("dev.gradus.rules.Rules#all")
    void everyHyperparameterSaysWhatItIsAndWhereItsDefaultIsFrom(Entry entry) {
        for (HyperUse hyper :
                RuleDescription.of(entry.rule(), "w", Shape.of(8, 4, 3, 3)).hyperparameters()) {
            assertThat(hyper.what()).as(hyper.name()).isNotEmpty();
            assertThat(hyper.source()).as(hyper.name()).isNotEmpty();
        }
    }

    /// The formulas of the whole catalogue as a person reads them, checked against the papers by hand once. The test
    /// leaves the present ones in `target/formulas.txt`.
    @Test
    void formulasAreThoseThatWereChecked() throws IOException {
        StringBuilder present = new StringBuilder();
        for (Entry entry : Rules.all()) {
            Shape shape = entry.name().equals("adafactor") ? Shape.of(256, 128) : Shape.of(4, 3, 2, 2);
            present.append(entry.name()).append('\n');
            RuleFormulas.lines(entry.rule(), shape, Notation.PLAIN)
                    .forEach(line -> present.append("    ").append(line).append('\n'));
        }
        Path written = Files.writeString(Path.of("target", "formulas.txt"), present);
        try (InputStream checked =
                Objects.requireNonNull(RulesTest.class.getResourceAsStream("formulas.txt"), "formulas.txt")) {
            assertThat(present.toString())
                    .as("see %s", written)
                    .isEqualTo(new String(checked.readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
