package dev.gradus.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The packages of this module, and what each may know of the others.
class ArchitectureTest {
    private static final Map<String, List<String>> MAY_USE = Map.of(
            "input", List.of(),
            "chart", List.of(),
            "data", List.of("input"),
            "comparison", List.of("data", "input"),
            "training", List.of("comparison", "data", "input"),
            "report", List.of("comparison", "chart", "input", "data"),
            "plot", List.of("comparison", "chart", "input"),
            "benchmark", List.of("chart", "report"));

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.gradus.cli");

    static Stream<String> packages() {
        return MAY_USE.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void aPackageUsesOnlyThoseBelowIt(String name) {
        String[] allowed = Stream.concat(Stream.of(name), MAY_USE.getOrDefault(name, List.of()).stream())
                .map(other -> "dev.gradus.cli." + other + "..")
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage("dev.gradus.cli." + name + "..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("dev.gradus.cli..").and(not(resideInAnyPackage(allowed))))
                .check(CLASSES);
    }

    @Test
    void onlyTheBenchmarkKnowsMeasurements() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gradus.cli.benchmark..")
                .and()
                .haveNameNotMatching(".*BenchCommand.*")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.gradus.bench..")
                .check(CLASSES);
    }

    @Test
    void onlyTrainingKnowsDjl() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.gradus.cli.training..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("ai.djl..", "dev.gradus.djl..")
                .check(CLASSES);
    }
}
